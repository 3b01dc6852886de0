// SPDX-License-Identifier: Apache-2.0
// A report for people.
#pragma once

#include <string>

#include "core/engine/report.hpp"

namespace agent {

// One line when a resource ends: " 12.3 s tailscale/login converged in 0.4 s".
[[nodiscard]] std::string line_for(const ResourceReport& resource);

// The table at the end: every resource, its drift, its notes, and one closing line.
[[nodiscard]] std::string table_for(const Report& report);

// For --plan: each resource, what it needs, and what would be changed.
[[nodiscard]] std::string plan_for(const Report& report);

}  // namespace agent
