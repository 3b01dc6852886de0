// SPDX-License-Identifier: Apache-2.0
// Tells the owner about a run that failed.
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

// Sends {"text": line, "report": report} to the owner's webhook, if there is one, and tries again for up to
// 30 s. Returns a line with the result, empty when there is no webhook. It never fails: the run has ended,
// whether the owner is told or not.
[[nodiscard]] std::string tell_webhook(const Probe& probe, const std::string& line, const Json& report);

}  // namespace agent
