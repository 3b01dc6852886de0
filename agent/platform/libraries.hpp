// SPDX-License-Identifier: Apache-2.0
// The third-party libraries that this layer uses, for --version.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace agent {

// Name and version. The version comes from the library at run time, where it offers that.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> platform_libraries();

}  // namespace agent
