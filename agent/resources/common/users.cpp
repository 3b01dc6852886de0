// SPDX-License-Identifier: Apache-2.0
#include "resources/common/users.hpp"

namespace agent {

Result<User> gateway_user(const Probe& probe, const std::string& name) {
  AGENT_TRY_ASSIGN(auto found, probe.find_user(name));
  if (!found) return fail(Errc::blocked, "the user {} does not exist yet", name);
  return *found;
}

}  // namespace agent
