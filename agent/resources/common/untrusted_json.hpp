// SPDX-License-Identifier: Apache-2.0
// JSON that others write: another user's process, a program, a file. Whatever it is, reading it throws
// nothing.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json.hpp"

namespace agent {

// Far more than anything that is read here has. To dump, copy or compare a value is recursive: a megabyte of
// `[` would end the process.
constexpr int deepest_json = 100;

[[nodiscard]] bool is_deeper(const Json& value, int than);

// Discarded (which is no object) when it is not JSON, or nested deeper than deepest_json.
[[nodiscard]] Json parse_json(std::string_view text);

// The field of an object; empty or false when it is absent or of another type, or `object` is none.
[[nodiscard]] std::string text_in(const Json& object, const char* key);
[[nodiscard]] bool flag_in(const Json& object, const char* key);
[[nodiscard]] std::vector<std::string> texts_in(const Json& object, const char* key);

}  // namespace agent
