// SPDX-License-Identifier: Apache-2.0
// Sends a text to the owner's server.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "ports/types.hpp"

namespace agent {

// One POST of a JSON text over HTTPS. Errc::unavailable when a later try may work (no answer, 429, 5xx),
// Errc::refused for any other status except 2xx. No error message contains the URL.
[[nodiscard]] Status post_json(const std::string& url, std::string_view json, Milliseconds timeout,
                               const std::string& ca_bundle);

}  // namespace agent
