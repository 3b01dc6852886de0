// SPDX-License-Identifier: Apache-2.0
// Tells the device which blocks are free, so that it can discard their contents.
#pragma once

#include <string>

#include "base/result.hpp"
#include "ports/types.hpp"

namespace agent {

// FITRIM (ioctl_fs(2), what fstrim(8) uses) on the file system of the directory `path`, after a sync.
[[nodiscard]] Result<FreeSpace> trim(const std::string& path);

}  // namespace agent
