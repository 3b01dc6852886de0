// SPDX-License-Identifier: Apache-2.0
// Opens directories below an open directory. The kernel itself refuses a path that leads out of it through a
// link or `..`.
#pragma once

#include <fcntl.h>

#include <string>

#include "base/unique_fd.hpp"

namespace agent {

inline constexpr int directory_flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

// The directory `relative` below `root`, opened with directory_flags by openat2(2). On failure it is empty
// and errno is set: ELOOP when the path contains a symlink, EXDEV when it leads out of `root`, ENOSYS before
// Linux 5.6.
[[nodiscard]] UniqueFd open_beneath(int root, const std::string& relative);

}  // namespace agent
