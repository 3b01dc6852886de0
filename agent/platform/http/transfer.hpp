// SPDX-License-Identifier: Apache-2.0
// What every HTTP transfer of ours has in common. One handle is one transfer's, and one thread's.
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

// No signals (they are the process's), no proxy (a variable in the environment must not redirect the agent),
// no redirects, TLS 1.2 at least. `protocols` as CURLOPT_PROTOCOLS_STR(3).
[[nodiscard]] Result<CurlHandle> open_transfer(const std::string& url, const char* protocols);

// Why a transfer ended with `code` (a CURLcode). `said` is its CURLOPT_ERRORBUFFER, which may be empty; a
// small libcurl leaves the system's reason out of it.
[[nodiscard]] std::string transfer_error(const CurlHandle& handle, int code, std::string_view said);

}  // namespace agent
