// SPDX-License-Identifier: Apache-2.0
// Setting up files, and reading them.
#include "support/memory_files.hpp"

#include "platform/crypto/sha256.hpp"
#include "support/memory_paths.hpp"

namespace agent {

using namespace memory;

MemoryFiles::MemoryFiles() { nodes_["/"] = {FileType::directory, 0755, 0, 0, "", 1, {}}; }

Node& MemoryFiles::place(const std::string& path, Node node) {
  node.modified = now_ + ++ticks_;
  if (nodes_.count(path) == 0) touch(parent_of(path));
  return nodes_[path] = std::move(node);
}

void MemoryFiles::touch(const std::string& path) { nodes_.at(path).modified = now_ + ++ticks_; }

Node& MemoryFiles::put_directory(const std::string& path, FileMode mode) {
  if (nodes_.count(parent_of(path)) == 0) put_directory(parent_of(path));
  changes(path);
  return place(path, {FileType::directory, mode.mode, mode.uid, mode.gid, "", 1, {}});
}
Node& MemoryFiles::put(const std::string& path, std::string content, FileMode mode) {
  if (nodes_.count(parent_of(path)) == 0) put_directory(parent_of(path));
  changes(path);
  return place(path, {FileType::regular, mode.mode, mode.uid, mode.gid, std::move(content), 1, {}});
}
Node& MemoryFiles::put_symlink(const std::string& path, std::string target) {
  auto& node = put(path, std::move(target), {0777, 0, 0});
  node.type = FileType::symlink;
  return node;
}
Node& MemoryFiles::put_fifo(const std::string& path) {
  auto& node = put(path, "");
  node.type = FileType::other;
  return node;
}
void MemoryFiles::put_hard_link(const std::string& old_path, const std::string& path) {
  auto& node = nodes_.at(old_path);
  changes(path);
  node.links = 2;
  place(path, node);
}

void MemoryFiles::erase(const std::string& path) {
  changes(path);
  for (const auto& name : below(path)) {
    changes(name);
    nodes_.erase(name);
  }
  if (nodes_.erase(path) > 0) touch(parent_of(path));
}

// A caller that gets a non-const node may change it.
Node* MemoryFiles::find(const std::string& path) {
  changes(path);
  const auto at = nodes_.find(path);
  return at == nodes_.end() ? nullptr : &at->second;
}
const Node* MemoryFiles::find(const std::string& path) const {
  const auto at = nodes_.find(path);
  return at == nodes_.end() ? nullptr : &at->second;
}

std::vector<std::string> MemoryFiles::below(const std::string& directory) const {
  const auto prefix = directory == "/" ? directory : directory + "/";
  std::vector<std::string> paths;
  for (auto at = nodes_.upper_bound(prefix); at != nodes_.end() && at->first.starts_with(prefix); ++at)
    paths.push_back(at->first);
  return paths;
}

// Resolves every symlink of an absolute path; the target must exist.
Result<std::string> MemoryFiles::follow(const std::string& path, int depth) const {
  if (depth > 40) return fail(Errc::refused, "{}: Too many levels of symbolic links", path);
  std::string at = "/";
  const auto parts = components(path);
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (parts[i] == "..") {
      at = parent_of(at);
      continue;
    }
    at = join(at, parts[i]);
    const auto* node = find(at);
    if (node == nullptr) return absent(path);
    if (node->type == FileType::symlink) {
      auto rest = node->content.starts_with("/") ? node->content : join(parent_of(at), node->content);
      for (auto next = i + 1; next < parts.size(); ++next) rest += "/" + parts[next];
      return follow(rest, depth + 1);
    }
    if (node->type != FileType::directory && i + 1 < parts.size())
      return fail(Errc::not_found, "{}: Not a directory", path);
  }
  return at;
}

// openat2(2) with RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS, as the home's user.
Result<std::string> MemoryFiles::walk_home(const Path& path, const std::string& home,
                                           const std::string& relative) const {
  if (path.path.starts_with("/"))
    return fail(Errc::refused, "{}: leads out of the home {}", path.shown(), home);
  std::string at = home;
  for (const auto& part : components(relative)) {
    if (!allowed(path.home_of, *find(at), may_search)) return denied(path.shown());
    if (part == ".." && at == home)
      return fail(Errc::refused, "{}: leads out of the home {}", path.shown(), home);
    at = part == ".." ? parent_of(at) : join(at, part);
    const auto* node = find(at);
    if (node == nullptr) return absent(path.shown());
    if (node->type == FileType::symlink)
      return fail(Errc::refused, "{}: a symlink is in the way: ~{}/{}", path.shown(), path.home_of->name,
                  at.substr(home.size() + 1));
    if (node->type != FileType::directory) return fail(Errc::not_found, "{}: Not a directory", path.shown());
  }
  return at;
}

Result<MemoryFiles::Spot> MemoryFiles::locate(const Path& path) const {
  auto whole = path.path;
  while (whole.size() > 1 && whole.back() == '/') whole.pop_back();
  const auto slash = whole.rfind('/');
  const auto parent = slash == std::string::npos ? "" : whole.substr(0, slash);
  const auto name = slash == std::string::npos ? whole : whole.substr(slash + 1);
  if (name == "..") return fail(Errc::invalid, "{}: not the path of a file", path.shown());
  if (!path.home_of && !path.path.starts_with("/"))
    return fail(Errc::invalid, "{}: a system path must begin with /", path.shown());

  auto directory = follow(path.home_of ? path.home_of->home : parent);
  if (directory && path.home_of) directory = walk_home(path, *directory, parent);
  if (!directory) return pass(std::move(directory));
  const auto& node = *find(*directory);
  if (node.type != FileType::directory) return fail(Errc::not_found, "{}: Not a directory", path.shown());
  if (!allowed(path.home_of, node, may_read) || !allowed(path.home_of, node, may_search))
    return denied(path.shown());
  return Spot{*directory, join(*directory, name), path.home_of, path.shown()};
}

Status MemoryFiles::may_change(const Spot& spot) const {
  if (!allowed(spot.user, *find(spot.directory), may_write)) return denied(spot.shown);
  return {};
}

Status MemoryFiles::refuse_home_link(const Spot& spot) const {
  const auto* node = find(spot.path);
  if (spot.user && node != nullptr && node->type == FileType::symlink)
    return fail(Errc::refused, "{}: a symlink is in the way", spot.shown);
  return {};
}

Result<std::optional<FileInfo>> MemoryFiles::stat(const Path& path) const {
  auto spot = locate(path);
  if (!spot && spot.error().code == Errc::not_found) return std::nullopt;
  if (!spot) return pass(std::move(spot));
  const auto* node = find(spot->path);
  if (node == nullptr) return std::nullopt;
  return FileInfo{node->type,           node->mode,  node->uid,     node->gid,
                  node->content.size(), node->links, node->modified};
}

Result<std::string> MemoryFiles::read(const Path& path, std::size_t limit) const {
  auto spot = locate(path);
  if (!spot) return pass(std::move(spot), "read");
  AGENT_TRY(refuse_home_link(*spot));
  auto target = spot->user ? Result<std::string>(spot->path) : follow(spot->path);
  if (!target) return pass(std::move(target), "read");
  const auto* node = find(*target);
  if (node == nullptr) return absent("read " + spot->shown);
  if (node->type != FileType::regular) return fail(Errc::refused, "read {}: not a regular file", spot->shown);
  if (!allowed(spot->user, *node, may_read)) return denied("read " + spot->shown);
  if (node->content.size() > limit)
    return fail(Errc::refused, "read {}: larger than {} bytes", spot->shown, limit);
  return node->content;
}

Result<std::string> MemoryFiles::read_link(const Path& path) const {
  auto spot = locate(path);
  if (!spot) return pass(std::move(spot), "readlink");
  const auto* node = find(spot->path);
  if (node == nullptr) return absent("readlink " + spot->shown);
  if (node->type != FileType::symlink)
    return fail(Errc::invalid, "readlink {}: Invalid argument", spot->shown);
  return node->content;
}

Result<std::vector<std::string>> MemoryFiles::list(const Path& directory) const {
  std::vector<std::string> names;
  auto spot = locate(directory);
  if (!spot && spot.error().code == Errc::not_found) return names;
  if (!spot) return pass(std::move(spot), "list");
  AGENT_TRY(refuse_home_link(*spot));
  auto path = spot->user ? Result<std::string>(spot->path) : follow(spot->path);
  const auto* node = path ? find(*path) : nullptr;
  if (node == nullptr) return names;
  if (node->type != FileType::directory)
    return fail(Errc::not_found, "list {}: Not a directory", spot->shown);
  if (!allowed(spot->user, *node, may_read)) return denied("list " + spot->shown);
  for (const auto& entry : below(*path))
    if (parent_of(entry) == *path) names.push_back(entry.substr(entry.rfind('/') + 1));
  return names;
}

Result<std::string> MemoryFiles::fingerprint(const std::string& directory) const {
  auto spot = locate(directory);
  if (!spot) return pass(std::move(spot), "fingerprint");
  const auto* root = find(spot->path);
  if (root == nullptr || root->type != FileType::directory) return absent("fingerprint " + directory);
  Sha256 hash;
  auto paths = below(spot->path);
  paths.push_back(spot->path);
  for (const auto& path : paths) {
    const auto& node = *find(path);
    const auto& target = node.type == FileType::symlink ? node.content : "";
    hash.update(fmt::format("{} {:o} {} {} {} {} {} {}\n", static_cast<int>(node.type), node.mode, node.uid,
                            node.gid, node.content.size(), node.modified.time_since_epoch().count(), target,
                            path.substr(spot->path.size())));
  }
  return hash.hex();
}

}  // namespace agent
