// SPDX-License-Identifier: Apache-2.0
// Disk blocks that a file owns but has not written.
#pragma once

#include <string>

#include "base/result.hpp"

namespace agent {

// fallocate(2) gives a file blocks with their old contents: a reader sees zeros, but the disk still has the
// old bytes, and a trim of free space does not reach them. journald allocates blocks in advance this way.
// This function frees such blocks of archived journals below `directory` (/var/log/journal). Archived
// journals have an @ in their names (systemd-journald.service(8)), and nobody writes to them any more. Their
// contents do not change. No error when the directory is absent, or the file system does not support fiemap.
[[nodiscard]] Status free_unwritten_extents_of_archived_journals(const std::string& directory);

}  // namespace agent
