// SPDX-License-Identifier: Apache-2.0
// The timer that ends the time of the secrets that a failed run has kept: the seal runs then, as after a
// boot, and destroys them. There only as long as they are. It is seen by its files alone: where no manager
// answers the seal has work to do all the same.
#pragma once

#include <chrono>
#include <optional>

#include "ports/host.hpp"

namespace agent {

using Expiry = std::optional<std::chrono::system_clock::time_point>;  // none: nothing is kept

// Whether its files are as they should be: for that time and enabled, or not there.
[[nodiscard]] Result<bool> expiry_is_set(const Probe& probe, const Expiry& expiry);
// Makes them so; changes nothing when they are.
[[nodiscard]] Status set_expiry(Host& host, const Expiry& expiry);

}  // namespace agent
