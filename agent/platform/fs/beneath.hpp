// SPDX-License-Identifier: Apache-2.0
// Directories below one that is open already. The kernel itself refuses a way that leads out of it, by a link
// or by a step up.
#pragma once

#include <fcntl.h>

#include <string>

#include "base/unique_fd.hpp"

namespace agent {

inline constexpr int directory_flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;

// The directory `relative` below `root`, opened with directory_flags by openat2(2). Else it is empty, and
// errno says why: ELOOP when a symlink is in the way, EXDEV when the path leads out of `root`, ENOSYS before
// Linux 5.6.
[[nodiscard]] UniqueFd open_beneath(int root, const std::string& relative);

}  // namespace agent
