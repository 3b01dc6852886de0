// SPDX-License-Identifier: Apache-2.0
// Checks a text before the YAML parser gets it.
#pragma once

#include <cstddef>
#include <string_view>

#include "profile/yaml/problems.hpp"

namespace agent::parsing {

// Sixteen times the size of the default profile. With this limit yaml-cpp needs less than 20 MiB of memory
// for any input; 1 MiB of `[` needs 250 MiB.
constexpr std::size_t largest_text = 65536;

// True if the text is small enough, UTF-8 without a byte order mark, and free of control characters and of
// characters that make it look different from what it is (Unicode TR 36: bidirectional overrides, invisible
// separators). Otherwise adds the problems with their positions.
bool check_text(std::string_view text, Problems& problems);

}  // namespace agent::parsing
