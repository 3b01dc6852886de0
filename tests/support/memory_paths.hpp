// SPDX-License-Identifier: Apache-2.0
// Paths and permissions, for memory_files.cpp and memory_changes.cpp.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "support/memory_files.hpp"

namespace agent::memory {

enum Access : mode_t { may_read = 4, may_write = 2, may_search = 1 };

inline bool allowed(const std::optional<User>& user, const Node& node, Access access) {
  if (!user) return true;
  const int shift = node.uid == user->uid ? 6 : node.gid == user->gid ? 3 : 0;
  return ((node.mode >> shift) & access) != 0;
}

inline std::string parent_of(const std::string& path) {
  const auto slash = path.rfind('/');
  return slash == 0 ? "/" : path.substr(0, slash);
}

inline std::string join(const std::string& directory, const std::string& name) {
  if (name.empty() || name == ".") return directory;
  return (directory == "/" ? "" : directory) + "/" + name;
}

inline std::vector<std::string> components(const std::string& path) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin < path.size();) {
    const auto end = std::min(path.find('/', begin), path.size());
    if (const auto part = path.substr(begin, end - begin); !part.empty() && part != ".")
      parts.push_back(part);
    begin = end + 1;
  }
  return parts;
}

inline tl::unexpected<Error> absent(std::string_view what) {
  return fail(Errc::not_found, "{}: No such file or directory", what);
}
inline tl::unexpected<Error> denied(std::string_view what) {
  return fail(Errc::failed, "{}: Permission denied", what);
}

}  // namespace agent::memory
