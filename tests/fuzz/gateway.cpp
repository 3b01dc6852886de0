// SPDX-License-Identifier: Apache-2.0
// The gateway's answer about its readiness (the gateway is another user's process), and the kernel's list of
// sockets.
#include "resources/openclaw/gateway.hpp"

#include <nlohmann/json.hpp>

#include "machine.hpp"
#include "resources/common/openclaw_files.hpp"

namespace agent::fuzz {

void run(std::string_view input) {
  static Machine machine;
  static const Gateway gateway(default_profile());
  machine.user_managers.insert("ubuntu");
  machine.units[{"ubuntu", openclaw::unit_name}].active_state = "active";
  const auto given = parts(input, 2);
  machine.answers("http://127.0.0.1:18789/readyz", given[0]);
  machine.files.put("/proc/net/tcp", given[1]);

  const auto seen = look(gateway, machine);
  if (in_sync(seen))
    require(nlohmann::json::parse(given[0]).at("ready") == true, "only who says so is ready");
}

}  // namespace agent::fuzz
