// SPDX-License-Identifier: Apache-2.0
// Reads the compressed fields of journal files, which a search of the raw bytes does not see.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string_view>

#include "base/result.hpp"

namespace agent {

// Calls `visit(offset, size, text)` for every field that an open journal file stores compressed with zstd
// (journald does so since systemd 246, for fields of 512 bytes or more). `offset` and `size` are those of the
// compressed bytes, `text` is the decompressed text. A file that is not a journal has no fields; in a damaged
// journal the search stops at the damage. The format: systemd.io/JOURNAL_FILE_FORMAT.
[[nodiscard]] Status for_each_compressed_field(
    int fd, std::string_view what, const std::function<Status(off_t, std::size_t, std::string_view)>& visit);

}  // namespace agent
