// SPDX-License-Identifier: Apache-2.0
// Output of tailscaled, one line each: status, preferences, `tailscale serve status --json`.
#include <nlohmann/json.hpp>

#include "machine.hpp"
#include "resources/tailscale/login.hpp"
#include "resources/tailscale/serve.hpp"

namespace agent::fuzz {

void run(std::string_view input) {
  static Machine machine;
  static const Secret no_key;
  static const TailscaleLogin login(default_profile(), no_key);
  static const Serve serve(default_profile());
  const auto given = parts(input, 3);
  machine.answers(local_api + "status", given[0]);
  machine.answers(local_api + "prefs", given[1]);
  machine.prints("/usr/local/bin/tailscale", given[2]);

  const bool joined = in_sync(look(login, machine));
  const bool served = in_sync(look(serve, machine));
  if (!joined && !served) return;
  const auto status = nlohmann::json::parse(given[0]);
  require(status.at("BackendState") == "Running", "only who runs is in the tailnet");
  if (!served) return;
  const auto name = status.at("Self").at("DNSName").get<std::string>();
  require(given[2].find("127.0.0.1:18789") != std::string::npos && !name.empty(),
          "only what was asked for is served");
}

}  // namespace agent::fuzz
