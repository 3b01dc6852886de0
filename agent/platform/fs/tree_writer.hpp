// SPDX-License-Identifier: Apache-2.0
// Makes the files of an archive in a new directory. Whatever the archive says, nothing is made or linked
// outside of it.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace agent {

class TreeWriter {
 public:
  // Makes the directory (0755), or uses an empty one.
  [[nodiscard]] static Result<TreeWriter> open(const std::string& directory);

  // Paths are relative to the directory and cleaned (see archive.cpp): no empty, `.` or `..` component.
  // Missing parents are made (0755). A name that exists already is Errc::refused, except a directory. The
  // setuid, setgid and sticky bits and write permission for group and others are never set, whatever `mode`
  // says.
  [[nodiscard]] Status directory(const std::string& path, mode_t mode);
  // The file is empty and open for writing; finish_file() sets its mode and time.
  [[nodiscard]] Result<UniqueFd> file(const std::string& path);
  [[nodiscard]] static Status finish_file(const UniqueFd& file, mode_t mode, time_t modified);
  // Refused when the target is, or could be, outside the directory.
  [[nodiscard]] Status symlink(const std::string& path, const std::string& target);
  // A second name for a regular file that was made before.
  [[nodiscard]] Status hard_link(const std::string& path, const std::string& target);

  // One syncfs(2) for all files: an fsync(2) for each of thousands of files takes minutes.
  [[nodiscard]] Status sync() const;

 private:
  TreeWriter() = default;
  // The open directory for `path`. The last one is cached, because archives list directory by directory.
  [[nodiscard]] Result<int> parent_of(std::string_view path);

  UniqueFd root_;
  UniqueFd parent_;
  std::string parent_path_;
};

}  // namespace agent
