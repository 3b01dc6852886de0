// SPDX-License-Identifier: Apache-2.0
// What journald has compressed in its files, which a search of their bytes does not see.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string_view>

#include "base/result.hpp"

namespace agent {

// Calls `visit(offset, size, text)` for every field that an open journal file holds compressed by zstd
// (journald's choice since systemd 246, for fields of 512 bytes and longer): where its compressed bytes are,
// and what they say. A file that is no journal, or ends in nonsense, has none (from there on). The format:
// systemd.io/JOURNAL_FILE_FORMAT.
[[nodiscard]] Status for_each_compressed_field(
    int fd, std::string_view what, const std::function<Status(off_t, std::size_t, std::string_view)>& visit);

}  // namespace agent
