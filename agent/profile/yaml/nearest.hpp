// SPDX-License-Identifier: Apache-2.0
// "Did you mean …?"
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agent::parsing {

// The candidate with the smallest edit distance to `name` (a character added, removed or replaced, or two
// neighbours swapped), if it is small enough that the candidate was probably meant. Names longer than any key
// are not compared.
std::optional<std::string> nearest(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace agent::parsing
