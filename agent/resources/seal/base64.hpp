// SPDX-License-Identifier: Apache-2.0
// What a file holds in base64, as multi-part user-data holds its parts (RFC 2045, 6.8) and a JSON file what
// is not text.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace agent {

// Calls `visit` with what every longer piece of base64 in the text decodes to, until it returns true; returns
// whether it did. A piece may be cut into lines, and begin anywhere: its first characters may be another's,
// so it is decoded from each of the first four. The texts are wiped.
[[nodiscard]] bool any_base64(std::string_view text, const std::function<bool(std::string_view)>& visit);

}  // namespace agent
