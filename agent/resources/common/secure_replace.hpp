// SPDX-License-Identifier: Apache-2.0
// Replacing a file whose old contents must not stay on the disk, killed anywhere or not: there is always a
// whole version to be found, PATH or PATH.next. (rename(2) over the old file alone would leave its blocks as
// they are.) A wipe is not one step either: one that was cut off leaves PATH with zeros, or empty.
#pragma once

#include <string>
#include <string_view>

#include "ports/host.hpp"

namespace agent {

[[nodiscard]] inline std::string next_of(const std::string& path) { return path + ".next"; }

// Writes PATH.next, wipes PATH, renames PATH.next.
[[nodiscard]] Status secure_replace(Host& host, const std::string& path, std::string_view content,
                                    const FileMode& mode);

// The whole version, PATH if it is one. Errc::not_found when there is none.
[[nodiscard]] Result<std::string> read_secure(const Probe& probe, const std::string& path);

// What a kill in between left: PATH.next takes the place of a PATH that is absent or destroyed; beside a
// whole one it is wiped. No change when there is none.
[[nodiscard]] Status settle_secure_replace(Host& host, const std::string& path);

}  // namespace agent
