// SPDX-License-Identifier: Apache-2.0
// Searches a file of any size for secrets, piece by piece.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <string_view>

#include "base/result.hpp"

namespace agent {

// Calls `visit(offset, size)` for every secret (secrets/redact.hpp) in the open file, in order. Holes and
// data appended meanwhile are not read. A secret may be up to 8 KiB long. For a journal it then also calls
// `visit` for every compressed field that contains a secret, with the whole field. `visit` may overwrite
// these bytes. `what` is the file's path. Errc::timed_out when the search is not finished by `deadline`.
[[nodiscard]] Status for_each_secret(int fd, std::string_view what,
                                     std::chrono::steady_clock::time_point deadline,
                                     const std::function<Status(off_t, std::size_t)>& visit);

}  // namespace agent
