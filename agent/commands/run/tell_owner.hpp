// SPDX-License-Identifier: Apache-2.0
// How the owner hears of a run that failed.
#pragma once

#include <string>

#include "base/json.hpp"
#include "core/engine/report.hpp"
#include "ports/probe.hpp"

namespace agent {

// What happens after a run that failed: when it is tried again by itself, or that it is not (`next_try` is
// empty), and what a person can do.
[[nodiscard]] std::string what_comes_next(const std::string& next_try);

// One line for the console: what failed, where to look on, and what comes next.
[[nodiscard]] std::string failure_line(const Report& report);

// Sends {"text": line, "report": report} to the owner's webhook, if there is one: as often as it takes within
// 30 s. Returns a line that says what came of it, empty when there is no webhook. Never an error: the run has
// ended, whoever hears of it.
[[nodiscard]] std::string tell_webhook(const Probe& probe, const std::string& line, const Json& report);

}  // namespace agent
