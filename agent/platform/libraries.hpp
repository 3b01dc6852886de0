// SPDX-License-Identifier: Apache-2.0
// The libraries of others that this layer uses, for --version.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace agent {

// Name and version, by what each says of itself at run time, where it does.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> platform_libraries();

}  // namespace agent
