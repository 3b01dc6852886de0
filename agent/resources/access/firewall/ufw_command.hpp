// SPDX-License-Identifier: Apache-2.0
// Runs ufw(8).
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "ports/run_checked.hpp"

namespace agent {

// An exit code other than 0 is an Error with ufw's output.
[[nodiscard]] inline Status run_ufw(Host& host, std::vector<std::string> arguments) {
  Command command;
  command.argv = std::move(arguments);
  command.argv.insert(command.argv.begin(), "ufw");
  command.env = {{"LC_ALL", "C"}};
  command.timeout = Milliseconds(60'000);
  AGENT_TRY(run_checked(host, command));
  return {};
}

}  // namespace agent
