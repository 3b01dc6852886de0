// SPDX-License-Identifier: Apache-2.0
// Unpacks a release archive.
#pragma once

#include <string>

#include "base/result.hpp"
#include "ports/types.hpp"

namespace agent {

// tar, plain or with gzip, xz or zstd, into a directory that is new or empty, without the first component of
// each path, owned by who runs this. Refuses (Errc::refused, naming the entry): absolute paths, `..`, links
// that leave the directory, anything but files, directories and links, a name that comes twice, and more than
// the limits. After an error the directory holds a part: the caller removes it.
[[nodiscard]] Status unpack_archive(const Fetched& archive, const std::string& directory,
                                    const UnpackLimits& limits);

}  // namespace agent
