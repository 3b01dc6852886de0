// SPDX-License-Identifier: Apache-2.0
// What a text must be before a YAML parser may see it.
#pragma once

#include <cstddef>
#include <string_view>

#include "profile/yaml/problems.hpp"

namespace agent::parsing {

// Sixteen times the default profile. With it yaml-cpp stays below 20 MiB whatever the bytes are: at 1 MiB a
// row of `[` costs it 250.
constexpr std::size_t largest_text = 65536;

// True if the text is small enough, UTF-8 without a byte order mark, and free of control characters and of
// characters that make it look different from what it is (Unicode TR 36: bidirectional overrides, invisible
// separators). Else says where it is not.
bool check_text(std::string_view text, Problems& problems);

}  // namespace agent::parsing
