// SPDX-License-Identifier: Apache-2.0
// systemd and logind over D-Bus: the machine's manager and the users' managers. Every function opens its own
// connection, so all may be called from any thread. Errc::unavailable when the manager is not running,
// Errc::not_found when it does not know the unit.
#pragma once

#include <string>

#include "base/result.hpp"
#include "ports/types.hpp"

namespace agent {

// A unit that does not exist is not an error: its load_state is "not-found".
[[nodiscard]] Result<UnitState> unit_state(const Scope& scope, const std::string& unit);

enum class UnitJob { start, restart, stop };
// Runs the job and waits for its end. After Errc::timed_out the job continues. The error of a failed job has
// Service.Result, the exit of the main process, and where to read more. Stopping a unit that is not loaded
// succeeds.
[[nodiscard]] Status run_job(UnitJob job, const Scope& scope, const std::string& unit, Milliseconds timeout);

// Unmasks and enables a unit file, replacing symlinks in the way, and has the manager reload. Errc::invalid
// without [Install].
[[nodiscard]] Status enable_unit_file(const Scope& scope, const std::string& unit);

// Resets a failure and the count of the start limit. No error when the unit is not loaded.
[[nodiscard]] Status reset_failed_unit(const Scope& scope, const std::string& unit);

// systemctl daemon-reload.
[[nodiscard]] Status reload_systemd(const Scope& scope);

// Lets the user's manager run without a session. Returns when the manager answers on its bus.
[[nodiscard]] Status enable_user_linger(const User& user, Milliseconds timeout);

}  // namespace agent
