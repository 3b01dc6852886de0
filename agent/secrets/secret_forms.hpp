// SPDX-License-Identifier: Apache-2.0
// The forms in which a value turns up where somebody has encoded what it was part of.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace agent {

// The value as it is; in base64 (RFC 4648, both alphabets) at each of the three places at which it can stand
// in a longer text, without the characters that its neighbours decide as well; URL-encoded (RFC 3986, 2.1) in
// upper and lower case; with JSON's escapes (RFC 8259, 7), the optional one of "/" included. Each form once,
// none under `shortest` bytes. The caller wipes them.
[[nodiscard]] std::vector<std::string> forms_of(std::string_view value, std::size_t shortest);

}  // namespace agent
