// SPDX-License-Identifier: Apache-2.0
// Runs a program as a transient unit (one without a file) of the machine's systemd. It outlives the session
// that started it.
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

// Returns when the program runs (Type=exec). The unit disappears when the program ends, even when it failed.
// Errc::refused when a unit of that name exists already.
[[nodiscard]] Status start_transient(const TransientUnit& unit, Milliseconds timeout);

}  // namespace agent
