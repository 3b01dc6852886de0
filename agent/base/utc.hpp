// SPDX-License-Identifier: Apache-2.0
// A point in time as text.
#pragma once

#include <chrono>
#include <string>

namespace agent {

// "2026-11-01T00:00:00Z" (RFC 3339).
[[nodiscard]] std::string utc(std::chrono::system_clock::time_point time);

}  // namespace agent
