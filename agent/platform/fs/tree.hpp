// SPDX-License-Identifier: Apache-2.0
// Whole directory trees of the system. The contracts are in ports/probe.hpp and ports/host.hpp. No function
// follows a symlink.
#pragma once

#include <string>

#include "base/result.hpp"

namespace agent::tree {

[[nodiscard]] Result<std::string> fingerprint(const std::string& directory);
[[nodiscard]] Status remove(const std::string& directory);
[[nodiscard]] Status give_to_root(const std::string& directory);

}  // namespace agent::tree
