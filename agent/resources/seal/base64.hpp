// SPDX-License-Identifier: Apache-2.0
// Finds base64 in a text. Multi-part user-data has its parts in base64 (RFC 2045, 6.8), and JSON files use it
// for binary data.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace agent {

// Decodes every longer piece of base64 in the text and calls `visit` with the result, until `visit` returns
// true. Returns whether it did. A piece may be split into lines. Its first characters may not belong to it,
// so it is decoded from each of its first four characters. The decoded texts are wiped.
[[nodiscard]] bool any_base64(std::string_view text, const std::function<bool(std::string_view)>& visit);

}  // namespace agent
