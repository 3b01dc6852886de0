// SPDX-License-Identifier: Apache-2.0
// Sends a text to a server of the owner's.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "ports/types.hpp"

namespace agent {

// One POST of a JSON text over HTTPS. Errc::unavailable when the server did not take it and may later (no
// answer, 429, 5xx), Errc::refused when it will not (any other status but 2xx). No message holds the URL.
[[nodiscard]] Status post_json(const std::string& url, std::string_view json, Milliseconds timeout,
                               const std::string& ca_bundle);

}  // namespace agent
