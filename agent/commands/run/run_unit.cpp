// SPDX-License-Identifier: Apache-2.0
#include "commands/run/run_unit.hpp"

#include "platform/systemd/systemd.hpp"

namespace agent {

bool run_unit_alive() {
  auto state = unit_state(Scope::system(), run_unit);
  return !state || state->active_state == "active" || state->active_state == "activating" ||
         state->active_state == "deactivating";
}

}  // namespace agent
