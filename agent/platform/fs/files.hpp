// SPDX-License-Identifier: Apache-2.0
// Single files, directories and links on the real file system. The contracts are in ports/probe.hpp and
// ports/host.hpp.
#pragma once

#include <sys/stat.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "ports/types.hpp"

namespace agent::files {

[[nodiscard]] Result<std::optional<FileInfo>> stat(const Path& path);
[[nodiscard]] Result<std::string> read(const Path& path, std::size_t limit);
[[nodiscard]] Result<std::string> read_link(const Path& path);
[[nodiscard]] Result<std::vector<std::string>> list(const Path& directory);

enum class Old { left, wiped };  // what happens to the file that is replaced
[[nodiscard]] Status write(const Path& path, std::string_view content, const FileMode& mode,
                           Old old = Old::left);
[[nodiscard]] Status make_directory(const Path& path, const FileMode& mode);
[[nodiscard]] Status set_mode(const Path& path, const FileMode& mode);
[[nodiscard]] Status make_symlink(const std::string& target, const Path& path);
// A directory is synced to disk completely before it gets its new name. So a version with its final name is
// complete.
[[nodiscard]] Status rename(const std::string& from, const std::string& to);
[[nodiscard]] Status remove(const Path& path);
[[nodiscard]] Status wipe(const Path& path);

[[nodiscard]] FileType type_of(mode_t mode);

}  // namespace agent::files
