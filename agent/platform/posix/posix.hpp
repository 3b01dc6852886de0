// SPDX-License-Identifier: Apache-2.0
// Helpers for POSIX calls: errno as text, and complete reads and writes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace agent {

// "WHAT: No such file or directory", with the Errc that fits errno(3).
[[nodiscard]] tl::unexpected<Error> fail_errno(int error, std::string_view what);

// The text that errno(3) stands for. Thread-safe, unlike strerror(3).
[[nodiscard]] std::string errno_text(int error);

// Writes all of `content`, with as many write(2) calls as needed.
[[nodiscard]] Status write_all(int fd, std::string_view content, std::string_view what);

// The contents of the file from its start. Errc::refused when it is longer than `limit` bytes. The file's
// offset is neither used nor changed.
[[nodiscard]] Result<std::string> read_all(int fd, std::size_t limit, std::string_view what);

// The names in an open directory, sorted, without . and ..
[[nodiscard]] Result<std::vector<std::string>> names_in(int directory, std::string_view what);

}  // namespace agent
