// SPDX-License-Identifier: Apache-2.0
// Explains why a server's certificate was not accepted, and what to do about it.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace agent {

// Whether the time is before this program was built. Certificates cannot be checked with such a clock.
[[nodiscard]] bool clock_is_behind(std::chrono::system_clock::time_point now);

// `reason` is libcurl's message, from OpenSSL (development) or mbedTLS (release). The returned text contains
// it.
[[nodiscard]] std::string explain_certificate(std::string_view reason,
                                              std::chrono::system_clock::time_point now,
                                              std::string_view ca_bundle);

}  // namespace agent
