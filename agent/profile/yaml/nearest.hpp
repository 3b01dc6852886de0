// SPDX-License-Identifier: Apache-2.0
// "Did you mean …?"
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace agent::parsing {

// The candidate that takes the fewest edits (a character added, removed or replaced, or two neighbours
// swapped) to become `name`, if these are so few that it was probably meant. Names longer than any key cost
// nothing.
std::optional<std::string> nearest(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace agent::parsing
