// The timer that ends the time of the secrets that a failed run has kept: the seal runs then, as after a boot, and destroys them.
// There only as long as they are. It is seen by its files alone: where no manager answers the seal has work to do all the same.
#pragma once

#include "core/resource.hpp"

namespace agent {

using Expiry = std::optional<std::chrono::system_clock::time_point>;  // none: nothing is kept

// Adds drift of the field "timer".
[[nodiscard]] Status observe_expiry(const Probe& probe, const Expiry& expiry, Observation& seen);
[[nodiscard]] Status apply_expiry(Host& host, const Expiry& expiry);

}  // namespace agent
