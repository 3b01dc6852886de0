// SPDX-License-Identifier: Apache-2.0
// Makes the files of an archive beneath a fresh directory. Whatever an archive says, nothing is made or
// linked outside of it.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace agent {

class TreeWriter {
 public:
  // Makes the directory (0755), or takes an empty one.
  [[nodiscard]] static Result<TreeWriter> open(const std::string& directory);

  // Paths are relative to the directory, cleaned (see archive.cpp): no empty, `.` or `..` component. Missing
  // parents are made (0755). A name that is there already is Errc::refused, a directory excepted. No setuid,
  // setgid or sticky bits, and no writing by group or others, whatever `mode` says.
  [[nodiscard]] Status directory(const std::string& path, mode_t mode);
  // The file is empty and open for writing; finish_file() sets its mode and time.
  [[nodiscard]] Result<UniqueFd> file(const std::string& path);
  [[nodiscard]] static Status finish_file(const UniqueFd& file, mode_t mode, time_t modified);
  // Refused when the target leads, or could lead, outside.
  [[nodiscard]] Status symlink(const std::string& path, const std::string& target);
  // Another name of a regular file that was made before.
  [[nodiscard]] Status hard_link(const std::string& path, const std::string& target);

  // syncfs(2), once for all: an fsync(2) for each of thousands of files takes minutes.
  [[nodiscard]] Status sync() const;

 private:
  TreeWriter() = default;
  // The open directory that is to hold `path`; the last one is kept, as archives go directory by directory.
  [[nodiscard]] Result<int> parent_of(std::string_view path);

  UniqueFd root_;
  UniqueFd parent_;
  std::string parent_path_;
};

}  // namespace agent
