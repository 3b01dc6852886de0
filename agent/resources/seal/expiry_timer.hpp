// SPDX-License-Identifier: Apache-2.0
// The timer for the secrets that a failed run has kept. When it fires, the seal runs, as after a boot, and
// destroys them. The timer exists only as long as these secrets. Only its files are checked, so that the seal
// also works where no systemd manager answers.
#pragma once

#include <chrono>
#include <optional>

#include "ports/host.hpp"

namespace agent {

using Expiry = std::optional<std::chrono::system_clock::time_point>;  // none: nothing is kept

// Whether its files are as desired: set to that time and enabled, or absent.
[[nodiscard]] Result<bool> expiry_is_set(const Probe& probe, const Expiry& expiry);
// Makes them as desired; changes nothing when they are.
[[nodiscard]] Status set_expiry(Host& host, const Expiry& expiry);

}  // namespace agent
