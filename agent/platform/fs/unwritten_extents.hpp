// SPDX-License-Identifier: Apache-2.0
// What a file owns on the disk without having written it.
#pragma once

#include <string>

#include "base/result.hpp"

namespace agent {

// fallocate(2) gives a file blocks that hold what stood in them before: to readers they are zeros, on the
// disk they are not, and a trim of free space passes them by. journald allocates so in advance. This frees
// such blocks of the journals below `directory`
// (/var/log/journal) that are archived, which are those with an @ in their names
// (systemd-journald.service(8)): nobody writes to them any more. What they say stays the same. A directory
// that is absent, or a file system that cannot tell (fiemap), is fine.
[[nodiscard]] Status free_unwritten_extents_of_archived_journals(const std::string& directory);

}  // namespace agent
