// SPDX-License-Identifier: Apache-2.0
// Replaces a file whose old contents must not stay on the disk. Even when the agent is killed, there is
// always a complete version: PATH or PATH.next. (Only rename(2) over the old file would leave its blocks
// unchanged.) A wipe is not atomic either: when it is interrupted, PATH contains zeros or is empty.
#pragma once

#include <string>
#include <string_view>

#include "ports/host.hpp"

namespace agent {

[[nodiscard]] inline std::string next_of(const std::string& path) { return path + ".next"; }

// Writes PATH.next, wipes PATH, renames PATH.next.
[[nodiscard]] Status secure_replace(Host& host, const std::string& path, std::string_view content,
                                    const FileMode& mode);

// The complete version: PATH if it is complete, else PATH.next. Errc::not_found when there is none.
[[nodiscard]] Result<std::string> read_secure(const Probe& probe, const std::string& path);

// Finishes an interrupted replacement: PATH.next replaces a PATH that is absent or destroyed; when PATH is
// complete, PATH.next is wiped. No change when there is no PATH.next.
[[nodiscard]] Status settle_secure_replace(Host& host, const std::string& path);

}  // namespace agent
