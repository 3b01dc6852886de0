// Reading a file of any size for secrets, a piece at a time.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string_view>

#include "base/result.hpp"

namespace agent {

// Calls `visit(offset, size)` for every secret (base/redact.hpp) in the open file, in order; holes are not read. A secret may be
// up to 8 KiB long. Of a journal then also for the whole of every compressed field that holds one. `visit` may overwrite what it is
// shown. `what` is the file's path.
[[nodiscard]] Status for_each_secret(int fd, std::string_view what, const std::function<Status(off_t, std::size_t)>& visit);

}  // namespace agent
