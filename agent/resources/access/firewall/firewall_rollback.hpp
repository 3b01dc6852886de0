// SPDX-License-Identifier: Apache-2.0
// A change of the firewall can be rolled back until it is confirmed. A copy of ufw's files is kept. A timer,
// or the next boot, puts the copy back (units/bootstrap-agent-revert.*), even when the run dies. Both the
// confirmation and the rollback begin with a rename of the copy, so only one of them can happen. Only the run
// (which holds the run lock) and that unit use the copy. The run stops the unit before it does anything that
// the unit may do too.
#pragma once

#include <string>
#include <vector>

#include "core/observation.hpp"
#include "ports/host.hpp"

namespace agent::firewall_rollback {

// What an unfinished change has left on the disk.
struct State {
  bool unconfirmed = false;
  bool being_put_back = false;
  std::vector<std::string> leftovers;  // incomplete directories, from an interrupted copy or removal
};
[[nodiscard]] Result<State> look(const Probe& probe);
// Adds drift: "change", and the path of each leftover directory.
void describe(const State& state, Observation& seen);
[[nodiscard]] inline bool is_clean(const State& state) {
  return !state.unconfirmed && !state.being_put_back && state.leftovers.empty();
}

// For the run, before the first change. When an earlier change is still unconfirmed, its copy stays: it is
// the last good state.
[[nodiscard]] Status begin(Host& host);
// For the run: confirms the change. Errc::refused when it is being put back or was put back.
[[nodiscard]] Status confirm(Host& host);
// For the run, after confirm(): removes the copy and stops the timer.
[[nodiscard]] Status clear(Host& host);
// For the run, after its last change: puts the copy back and loads it, also when it was put back before.
// Returns false when there is no unconfirmed change. After an Error the change is still unconfirmed.
[[nodiscard]] Result<bool> revert(Host& host);

// For the unit: puts the copy back and loads it. Does nothing when there is no unconfirmed change. After an
// Error the change is still unconfirmed: call this again. It also returns an Error when a run is in progress
// (`run` says which, as text), because that run may change the firewall again.
[[nodiscard]] Status revert_beside(Host& host, const std::string& run);

}  // namespace agent::firewall_rollback
