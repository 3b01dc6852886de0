// SPDX-License-Identifier: Apache-2.0
// The transient unit in which a run is executed.
#pragma once

#include <chrono>
#include <string>

namespace agent {

inline const std::string run_unit = "bootstrap-agent-run.service";
constexpr std::chrono::seconds default_enforce_deadline = std::chrono::minutes(45);
constexpr std::chrono::seconds default_check_deadline = std::chrono::minutes(5);

// Whether systemd still runs it. True when systemd does not answer.
[[nodiscard]] bool run_unit_alive();

}  // namespace agent
