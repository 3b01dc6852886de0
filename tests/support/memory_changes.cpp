// SPDX-License-Identifier: Apache-2.0
// The operations that change files.
#include "support/memory_files.hpp"
#include "support/memory_paths.hpp"

namespace agent {

using namespace memory;

void MemoryFiles::changes(const std::string& path) {
  if (before_.contains(path)) return;
  const auto at = nodes_.find(path);
  before_.emplace(path, at == nodes_.end() ? std::nullopt : std::optional(at->second));
}

void MemoryFiles::settle(const std::string& path) {
  for (auto at = path; at != "/"; at = parent_of(at)) before_.erase(at);
}

void MemoryFiles::sync_tree(const std::string& path) {
  std::erase_if(before_, [&](const auto& each) {
    return each.first.starts_with(path + "/");
  });  // also the removed paths
  settle(path);
}

void MemoryFiles::commit_names() {
  for (auto& [path, old] : before_) {
    const auto now = nodes_.find(path);
    const bool made = !old && now != nodes_.end() && now->second.type == FileType::regular;
    const auto content = old ? old->content : "";
    old = now == nodes_.end() ? std::nullopt : std::optional(now->second);
    if (made || (old && old->type == FileType::regular && content.empty())) old->content.clear();
  }
}

void MemoryFiles::cut_power(Lost lost) {
  for (auto& [path, old] : before_) {
    const auto now = nodes_.find(path);
    if (lost == Lost::gone && old) nodes_[path] = std::move(*old);
    if (lost == Lost::gone && !old) nodes_.erase(path);
    // A file that replaces another one is written to disk with its new name (ext4(5), auto_da_alloc).
    if (lost == Lost::emptied && (!old || old->content.empty()) && now != nodes_.end() &&
        now->second.type == FileType::regular)
      now->second.content.clear();
  }
  before_.clear();
}

Status MemoryFiles::write(const Path& path, std::string_view content, const FileMode& mode) {
  auto spot = locate(path);
  if (!spot) return pass(std::move(spot), "write");
  AGENT_TRY(refuse_home_link(*spot));
  AGENT_TRY(may_change(*spot));
  const auto* old = find(spot->path);
  if (old != nullptr && old->type == FileType::directory)
    return fail(Errc::failed, "write {}: Is a directory", spot->shown);
  const auto uid = spot->user ? spot->user->uid : mode.uid;
  const auto gid = spot->user ? spot->user->gid : mode.gid;
  place(spot->path, {FileType::regular, mode.mode, uid, gid, std::string(content), 1, {}});
  touch(spot->directory);
  settle(spot->path);
  return {};
}

Status MemoryFiles::make_directory(const Path& path, const FileMode& mode) {
  auto spot = locate(path);
  if (!spot) return pass(std::move(spot), "mkdir");
  AGENT_TRY(refuse_home_link(*spot));
  if (find(spot->path) == nullptr) {
    AGENT_TRY(may_change(*spot));
    const auto uid = spot->user ? spot->user->uid : mode.uid;
    const auto gid = spot->user ? spot->user->gid : mode.gid;
    place(spot->path, {FileType::directory, mode.mode, uid, gid, "", 1, {}});
    settle(spot->path);
    return {};
  }
  auto target = follow(spot->path);
  if (!target) return fail(Errc::not_found, "mkdir {}: a dangling symlink", spot->shown);
  auto* node = find(*target);
  if (node->type != FileType::directory)
    return fail(Errc::refused, "mkdir {}: it exists and is not a directory", spot->shown);
  if (!spot->user) {
    node->uid = mode.uid;
    node->gid = mode.gid;
  } else if (!allowed(spot->user, *node, may_read)) {
    return denied("mkdir " + spot->shown);
  } else if (node->mode != mode.mode && node->uid != spot->user->uid) {
    return fail(Errc::failed, "chmod {}: Operation not permitted", spot->shown);
  }
  node->mode = mode.mode;
  return {};
}

Status MemoryFiles::set_mode(const Path& path, const FileMode& mode) {
  auto spot = locate(path);
  if (!spot) return pass(std::move(spot), "chmod");
  auto* node = find(spot->path);
  if (node == nullptr) return absent("chmod " + spot->shown);
  if (node->type == FileType::symlink)
    return fail(Errc::refused, "chmod {}: a symlink is in the way", spot->shown);
  if (spot->user && node->uid != spot->user->uid)
    return fail(Errc::failed, "chmod {}: Operation not permitted", spot->shown);
  node->mode = mode.mode;
  if (!spot->user) node->uid = mode.uid;
  if (!spot->user) node->gid = mode.gid;
  return {};
}

Status MemoryFiles::make_symlink(const std::string& target, const Path& path) {
  auto spot = locate(path);
  if (!spot) return pass(std::move(spot), "symlink");
  AGENT_TRY(may_change(*spot));
  const auto* old = find(spot->path);
  if (old != nullptr && old->type == FileType::directory)
    return fail(Errc::failed, "symlink {}: Is a directory", spot->shown);
  const auto uid = spot->user ? spot->user->uid : 0;
  const auto gid = spot->user ? spot->user->gid : 0;
  place(spot->path, {FileType::symlink, 0777, uid, gid, target, 1, {}});
  touch(spot->directory);
  settle(spot->path);
  return {};
}

void MemoryFiles::move(const std::string& from, const std::string& to) {
  auto paths = below(from);
  paths.push_back(from);
  for (const auto& path : paths) {
    settle(path);
    auto node = nodes_.extract(path);
    node.key() = to + path.substr(from.size());
    nodes_.insert(std::move(node));
  }
}

Status MemoryFiles::rename(const std::string& from, const std::string& to) {
  auto source = locate(from);
  if (!source) return pass(std::move(source), "rename");
  auto target = locate(to);
  if (!target) return pass(std::move(target), "rename");
  const auto* moved = find(source->path);
  if (moved == nullptr) return absent(fmt::format("rename {} to {}", from, to));
  if (const auto* there = find(target->path); there != nullptr) {
    const bool directories = moved->type == FileType::directory && there->type == FileType::directory;
    if (directories ? !below(target->path).empty()
                    : moved->type == FileType::directory || there->type == FileType::directory)
      return fail(there->type == FileType::directory ? Errc::failed : Errc::not_found,
                  "rename {} to {}: in the way", from, to);
    nodes_.erase(target->path);
  }
  move(source->path, target->path);
  touch(source->directory);
  touch(target->directory);
  sync_tree(source->path);
  sync_tree(target->path);
  return {};
}

Status MemoryFiles::remove(const Path& path) {
  auto spot = locate(path);
  if (!spot && spot.error().code == Errc::not_found) return {};
  if (!spot) return pass(std::move(spot), "remove");
  const auto* node = find(spot->path);
  if (node == nullptr) return {};
  AGENT_TRY(may_change(*spot));
  if (node->type == FileType::directory) return fail(Errc::failed, "remove {}: Is a directory", spot->shown);
  nodes_.erase(spot->path);
  touch(spot->directory);
  settle(spot->path);
  return {};
}

Status MemoryFiles::remove_tree(const std::string& directory) {
  auto spot = locate(directory);
  if (!spot && spot.error().code == Errc::not_found) return {};
  if (!spot) return pass(std::move(spot), "remove");
  erase(spot->path);
  sync_tree(spot->path);
  return {};
}

Status MemoryFiles::give_to_root(const std::string& directory) {
  auto spot = locate(directory);
  if (!spot) return pass(std::move(spot), "give to root");
  const auto* root = find(spot->path);
  if (root == nullptr || root->type != FileType::directory) return absent("give to root " + directory);
  auto paths = below(spot->path);
  paths.insert(paths.begin(), spot->path);
  for (const auto& path : paths) {
    auto& node = *find(path);
    if (node.type == FileType::other)
      return fail(Errc::refused, "give {} to root: a device, FIFO or socket does not belong in it", path);
    node.uid = node.gid = 0;
    if (node.type == FileType::symlink) continue;
    const bool searchable = node.type == FileType::directory || (node.mode & 0111) != 0;
    node.mode = (node.mode & 0700) | 0444 | (searchable ? 0111 : 0);
  }
  return {};
}

Status MemoryFiles::wipe(const Path& path) {
  auto spot = locate(path);
  if (!spot && spot.error().code == Errc::not_found) return {};
  if (!spot) return pass(std::move(spot), "wipe");
  const auto* node = find(spot->path);
  if (node == nullptr) return {};
  if (node->type != FileType::regular) return fail(Errc::refused, "wipe {}: not a regular file", spot->shown);
  if (node->links != 1) return fail(Errc::refused, "wipe {}: it has {} hard links", spot->shown, node->links);
  if (!allowed(spot->user, *node, may_write)) return denied("wipe " + spot->shown);
  return remove(path);
}

}  // namespace agent
