// SPDX-License-Identifier: Apache-2.0
// A run that failed for a reason that may pass is tried again by a timer, with growing pauses, until it
// converges or the profile's limit is over. A boot goes on with it as well.
#pragma once

#include <chrono>
#include <string>

#include "core/engine/report.hpp"
#include "ports/host.hpp"

namespace agent {

// The timer starts bootstrap-agent-retry.service: what a boot does.
inline const std::string retry_timer = "bootstrap-agent-retry.timer";

// Whether a try is due: the last run failed, and what it failed for may pass.
[[nodiscard]] bool retry_is_due(const Probe& probe);

// Whether the run failed for a reason that may pass. An update, or new secrets, that were put back do not:
// the same would only stop the gateway again.
[[nodiscard]] bool may_pass(const Report& report);

// Arranges the next try, and returns its moment. Empty, and nothing is left of earlier tries, when the run
// did not end `for_a_reason_that_may_pass`, or when runs have failed for longer than `limit`.
[[nodiscard]] Result<std::string> arrange_retry(Host& host, bool for_a_reason_that_may_pass,
                                                std::chrono::hours limit);

}  // namespace agent
