// SPDX-License-Identifier: Apache-2.0
// The only JSON type of this project. A second one (nlohmann::json, which sorts keys) would put a second
// parser and writer into the binary.
#pragma once

#include <nlohmann/json.hpp>

namespace agent {

using Json = nlohmann::ordered_json;  // it keeps the order of the owner's keys

// The same value with the keys of every object in alphabetical order. For comparisons where the order of keys
// does not matter.
[[nodiscard]] Json sorted(const Json& value);

}  // namespace agent
