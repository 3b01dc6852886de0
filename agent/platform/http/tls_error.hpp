// SPDX-License-Identifier: Apache-2.0
// Why a server's certificate was not accepted, in words that lead to a remedy.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

namespace agent {

// Whether a clock shows a time before this program was built: no certificate can be judged by it.
[[nodiscard]] bool clock_is_behind(std::chrono::system_clock::time_point now);

// `reason` is what libcurl said, by OpenSSL (development) or mbedTLS (release); it is kept in the answer.
[[nodiscard]] std::string explain_certificate(std::string_view reason,
                                              std::chrono::system_clock::time_point now,
                                              std::string_view ca_bundle);

}  // namespace agent
