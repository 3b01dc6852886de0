// SPDX-License-Identifier: Apache-2.0
// systemd and logind over D-Bus: the machine's manager and the users'. Every function opens its own
// connection, so all may be called from any thread. A manager that is not up is Errc::unavailable, a unit it
// does not know Errc::not_found.
#pragma once

#include <string>

#include "base/result.hpp"
#include "ports/types.hpp"

namespace agent {

// A unit that does not exist is an answer (load_state "not-found"), not an error.
[[nodiscard]] Result<UnitState> unit_state(const Scope& scope, const std::string& unit);

enum class UnitJob { start, restart, stop };
// Runs the job and waits for its end. Errc::timed_out leaves the job going; a failed one is explained by
// Service.Result, the main process's exit and where to read more. Stopping a unit that is not loaded is a
// success.
[[nodiscard]] Status run_job(UnitJob job, const Scope& scope, const std::string& unit, Milliseconds timeout);

// Unmasks and enables a unit file, replacing symlinks in the way, and has the manager reload. Errc::invalid
// without [Install].
[[nodiscard]] Status enable_unit_file(const Scope& scope, const std::string& unit);

// Forgets a failure and the start limit's count; a unit that is not loaded has neither.
[[nodiscard]] Status reset_failed_unit(const Scope& scope, const std::string& unit);

// systemctl daemon-reload.
[[nodiscard]] Status reload_systemd(const Scope& scope);

// Lets the user's manager run without a session and returns when it answers on its bus.
[[nodiscard]] Status enable_user_linger(const User& user, Milliseconds timeout);

}  // namespace agent
