// SPDX-License-Identifier: Apache-2.0
// Reading a file of any size for secrets, a piece at a time.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <string_view>

#include "base/result.hpp"

namespace agent {

// Calls `visit(offset, size)` for every secret (secrets/redact.hpp) in the open file, in order; holes are not
// read, nor what is appended meanwhile. A secret may be up to 8 KiB long. Of a journal then also for the
// whole of every compressed field that holds one. `visit` may overwrite what it is shown. `what` is the
// file's path. Errc::timed_out when it is not through by `deadline`.
[[nodiscard]] Status for_each_secret(int fd, std::string_view what,
                                     std::chrono::steady_clock::time_point deadline,
                                     const std::function<Status(off_t, std::size_t)>& visit);

}  // namespace agent
