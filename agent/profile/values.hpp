// SPDX-License-Identifier: Apache-2.0
// Parsers for each kind of value. They know nothing about files or positions.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace agent::parsing {

// The value, or an error of the form "is what is wrong; what would be right". The error never quotes the
// text, because it may be a secret.
template <class T>
using Parsed = tl::expected<T, std::string>;

Parsed<std::string> user_name(std::string_view text);
Parsed<std::string> package_name(std::string_view text);
Parsed<std::string> node_tag(std::string_view text);
Parsed<std::string> host_label(std::string_view text);     // RFC 1123 label, lower case
Parsed<std::string> exact_version(std::string_view text);  // 1.2.3 or 1.2.3-rc.1
Parsed<std::string> sha256_digits(std::string_view text);
Parsed<std::string> model_name(std::string_view text);  // provider/name

Parsed<bool> boolean_word(std::string_view text);
Parsed<std::uint64_t> whole_number(std::string_view text, std::uint64_t least, std::uint64_t most);

// A number and one of s, m, h, d, within the bounds, and a multiple of `unit`.
Parsed<std::chrono::seconds> duration(std::string_view text, std::chrono::seconds least,
                                      std::chrono::seconds most,
                                      std::chrono::seconds unit = std::chrono::seconds(1));

// Secrets: texts that need no escapes in a header, a plain file or `.env`.
Parsed<std::string> opaque_token(std::string_view text);
Parsed<std::string> tailscale_key(std::string_view text);
Parsed<std::string> webhook(std::string_view text);
Parsed<std::string> gateway_token_text(std::string_view text);

}  // namespace agent::parsing
