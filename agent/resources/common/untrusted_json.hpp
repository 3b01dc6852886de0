// SPDX-License-Identifier: Apache-2.0
// JSON from other sources: another user's process, a program, a file. Reading it never throws, whatever it
// contains.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"

namespace agent {

// Far more than any input needs. Dumping, copying or comparing a value is recursive: a megabyte of `[` would
// crash the process.
constexpr int deepest_json = 100;

[[nodiscard]] bool is_deeper(const Json& value, int than);

// A discarded value (which is not an object) when the text is not JSON, or is nested deeper than
// deepest_json.
[[nodiscard]] Json parse_json(std::string_view text);

// The field of an object. Empty or false when it is absent or of another type, or when `object` is not an
// object.
[[nodiscard]] std::string text_in(const Json& object, const char* key);
[[nodiscard]] bool flag_in(const Json& object, const char* key);
[[nodiscard]] std::vector<std::string> texts_in(const Json& object, const char* key);

}  // namespace agent
