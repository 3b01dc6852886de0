// SPDX-License-Identifier: Apache-2.0
// The one kind of JSON here. nlohmann's other kind, which sorts keys, would be a second parser and writer in
// the binary.
#pragma once

#include <nlohmann/json.hpp>

namespace agent {

using Json = nlohmann::ordered_json;  // it keeps the order of an owner's keys

// With every object's keys in alphabetical order: for comparing, where their order means nothing.
[[nodiscard]] Json sorted(const Json& value);

}  // namespace agent
