// SPDX-License-Identifier: Apache-2.0
// Character classes that no locale changes.
#pragma once

#include <algorithm>
#include <string_view>

namespace agent::parsing {

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
constexpr bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
constexpr bool is_alphanumeric(char c) { return is_digit(c) || is_lower(c) || is_upper(c); }
constexpr bool is_lower_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); }
constexpr bool is_visible(char c) { return c > ' ' && c <= '~'; }

// Is every character of one class? True for an empty text.
template <class Class>
constexpr bool all_are(std::string_view text, Class is) {
  return std::all_of(text.begin(), text.end(), is);
}

}  // namespace agent::parsing
