// SPDX-License-Identifier: Apache-2.0
// The encoded forms in which a secret value may appear.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace agent {

// The value itself; in base64 (RFC 4648, both alphabets) at each of the three alignments in a longer text,
// without the characters that also depend on neighbouring bytes; URL-encoded (RFC 3986, 2.1) with upper-case
// and lower-case digits; with JSON escapes (RFC 8259, 7), with and without the optional escape of "/". Each
// form once, none shorter than `shortest` bytes. The caller wipes them.
[[nodiscard]] std::vector<std::string> forms_of(std::string_view value, std::size_t shortest);

}  // namespace agent
