// SPDX-License-Identifier: Apache-2.0
// Unpacks a release archive.
#pragma once

#include <string>

#include "base/result.hpp"
#include "ports/types.hpp"

namespace agent {

// Unpacks tar (plain, or with gzip, xz or zstd) into a new or empty directory, without the first component of
// each path. The caller owns the files. Refused (Errc::refused, with the entry's name): absolute paths, `..`,
// links to outside the directory, anything but files, directories and links, a name that appears twice, and
// more than the limits. After an error the directory has a part of the archive: the caller removes it.
[[nodiscard]] Status unpack_archive(const Fetched& archive, const std::string& directory,
                                    const UnpackLimits& limits);

}  // namespace agent
