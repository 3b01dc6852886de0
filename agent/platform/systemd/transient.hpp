// SPDX-License-Identifier: Apache-2.0
// Runs a program as a unit of the machine's systemd that has no file: it outlives the session that asked for
// it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "ports/types.hpp"

namespace agent {

struct TransientUnit {
  std::string name;  // NAME.service
  std::string description;
  std::vector<std::string> argv;  // argv[0] is an absolute path
  // Settings of systemd.exec(5) and systemd.service(5) whose value is one string, such as
  // StandardOutput=journal+console.
  std::vector<std::pair<std::string, std::string>> properties;
};

// Returns once the program runs (Type=exec); its end leaves no unit behind, failed or not. Errc::refused when
// a unit of that name is there already.
[[nodiscard]] Status start_transient(const TransientUnit& unit, Milliseconds timeout);

}  // namespace agent
