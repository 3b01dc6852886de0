// SPDX-License-Identifier: Apache-2.0
#include "support/world_programs.hpp"

#include "support/memory_paths.hpp"

namespace agent::world {
namespace {

// Follows the first symlink of the path; false when there is none.
bool follow_one(const MemoryFiles& files, std::string& path) {
  for (auto end = path.find('/', 1);; end = path.find('/', end + 1)) {
    const auto part = path.substr(0, end);
    const auto* node = files.find(part);
    if (node != nullptr && node->type == FileType::symlink) {
      const bool absolute = node->content.starts_with("/");
      const auto target = absolute ? node->content : memory::join(memory::parent_of(part), node->content);
      path = target + (end == std::string::npos ? "" : path.substr(end));
      return true;
    }
    if (end == std::string::npos) return false;
  }
}

}  // namespace

std::string resolve(const MemoryFiles& files, std::string path) {
  for (int depth = 0; depth < 40; ++depth)
    if (!follow_one(files, path)) return files.find(path) == nullptr ? std::string() : path;
  return {};
}

bool runnable(const MemoryFiles& files, const std::string& path) {
  const auto* node = files.find(resolve(files, path));
  return node != nullptr && node->type == FileType::regular && (node->mode & 0111) != 0;
}

}  // namespace agent::world
