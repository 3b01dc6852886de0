// A change of the firewall is on trial until it is confirmed: ufw's own files are kept as they were, and a timer, or the next boot,
// puts them back (units/bootstrap-agent-revert.*), whatever becomes of the run.
#pragma once

#include "core/resource.hpp"

namespace agent::firewall_trial {

// Adds drift for a trial that nobody ended.
[[nodiscard]] Status observe(const Probe& probe, Observation& seen);

// To be called before the first change. A trial that goes on already keeps what it kept: that state is the last that was good.
[[nodiscard]] Status begin(Host& host);
// The change stays. Errc::refused when it was put back meanwhile.
[[nodiscard]] Status confirm(Host& host);
// Puts back what was kept and loads it; nothing, when no change is on trial. After an Error it is still on trial.
[[nodiscard]] Status revert(Host& host);

}  // namespace agent::firewall_trial
