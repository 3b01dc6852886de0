// SPDX-License-Identifier: Apache-2.0
// A change of the firewall is on trial until it is confirmed: ufw's own files are kept as they were, and a
// timer, or the next boot, puts them back (units/bootstrap-agent-revert.*), whatever becomes of the run. Who
// confirms and who puts back first gives what is kept another name, by one rename: so only one of them does.
// The run, which has its lock, and that unit are the only two: the run stops the unit before it does anything
// that the unit may do too.
#pragma once

#include <string>
#include <vector>

#include "core/observation.hpp"
#include "ports/host.hpp"

namespace agent::firewall_rollback {

// What is left of a trial that nobody ended.
struct State {
  bool on_trial = false;
  bool being_put_back = false;
  std::vector<std::string> rests;  // directories that one cut off has left half made, or half taken away
};
[[nodiscard]] Result<State> look(const Probe& probe);
// Adds drift: "change", and the path of each rest.
void describe(const State& state, Observation& seen);
[[nodiscard]] inline bool is_over(const State& state) {
  return !state.on_trial && !state.being_put_back && state.rests.empty();
}

// For the run. Before the first change. A trial that goes on already keeps what it kept: that state is the
// last that was good.
[[nodiscard]] Status begin(Host& host);
// For the run: the change stays. Errc::refused when it is being put back, or was.
[[nodiscard]] Status confirm(Host& host);
// For the run, once its change is confirmed: takes away what was kept, and stops the timer.
[[nodiscard]] Status clear(Host& host);
// For the run, when it changes nothing any more: puts back what was kept and loads it, also what was put back
// before. False when nothing is on trial. After an Error it still is.
[[nodiscard]] Result<bool> revert(Host& host);

// For the unit: puts back what was kept and loads it; nothing, when no change is on trial. After an Error it
// still is, and this is to be called again. That is so as well when there is a `run` (who, in words): it may
// go on to change what was just put back.
[[nodiscard]] Status revert_beside(Host& host, const std::string& run);

}  // namespace agent::firewall_rollback
