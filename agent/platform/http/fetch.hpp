// SPDX-License-Identifier: Apache-2.0
// Downloads a file that is pinned by its hash.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "ports/types.hpp"

namespace agent {

// Debian, Ubuntu: package ca-certificates.
inline constexpr const char* system_ca_bundle = "/etc/ssl/certs/ca-certificates.crt";

// Downloads into a file without a name in `directory` (mode 0700). A broken transfer is resumed. Network
// errors and 5xx are tried again, with growing pauses, until the timeout. 4xx, an invalid certificate and
// more than max_bytes end it at once. A redirect from https must lead to https. `progress` gets about one
// line per second at most. A wrong hash is Errc::refused.
[[nodiscard]] Result<Fetched> fetch_file(const Fetch& fetch, const std::string& directory,
                                         const std::function<void(std::string_view)>& progress,
                                         const std::string& ca_bundle = system_ca_bundle);

}  // namespace agent
