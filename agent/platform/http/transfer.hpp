// SPDX-License-Identifier: Apache-2.0
// What all our HTTP transfers have in common. One handle belongs to one transfer and one thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace agent {

struct CurlRelease {
  void operator()(void* curl) const noexcept;
};
using CurlHandle = std::unique_ptr<void, CurlRelease>;

// No signals (they affect the whole process), no proxy (an environment variable must not redirect the agent),
// no redirects, at least TLS 1.2. `protocols`: see CURLOPT_PROTOCOLS_STR(3).
[[nodiscard]] Result<CurlHandle> open_transfer(const std::string& url, const char* protocols);

// Why a transfer ended with `code` (a CURLcode). `said` is the text of CURLOPT_ERRORBUFFER, which may be
// empty. A small build of libcurl leaves the system's reason out of it.
[[nodiscard]] std::string transfer_error(const CurlHandle& handle, int code, std::string_view said);

}  // namespace agent
