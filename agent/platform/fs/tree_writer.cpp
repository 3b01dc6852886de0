// SPDX-License-Identifier: Apache-2.0
#include "platform/fs/tree_writer.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>

#include "platform/fs/beneath.hpp"
#include "platform/posix/posix.hpp"

namespace agent {
namespace {

std::string_view parent_part(std::string_view path) {
  const auto slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}
const char* last_part(const std::string& path) {
  const auto slash = path.rfind('/');
  return path.c_str() + (slash == std::string::npos ? 0 : slash + 1);
}

mode_t harmless(mode_t mode) { return mode & 0755U; }

tl::unexpected<Error> cannot_make(int error) {
  if (error == EEXIST) return fail(Errc::refused, "the name already exists");
  if (error == ELOOP || error == EXDEV) return fail(Errc::refused, "there is a link in its path");
  return fail_errno(error, "cannot be created");
}

// Accepts a target of the form ../../a/b, from a directory at depth `depth`. Leading `..` start from a real
// directory, so they can be counted. A `..` after a name (a/../..) is refused: that name may be a link to
// anywhere.
bool stays_inside(std::string_view target, std::ptrdiff_t depth) {
  if (target.empty() || target.front() == '/') return false;
  bool name_seen = false;
  for (std::size_t at = 0; at <= target.size();) {
    const auto end = std::min(target.find('/', at), target.size());
    const auto part = target.substr(at, end - at);
    at = end + 1;
    if (part.empty() || part == ".") continue;
    if (part != "..")
      name_seen = true;
    else if (name_seen || --depth < 0)
      return false;
  }
  return true;
}

}  // namespace

Result<TreeWriter> TreeWriter::open(const std::string& directory) {
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) return fail_errno(errno, directory);
  TreeWriter writer;
  writer.root_.reset(::open(directory.c_str(), directory_flags | O_NOFOLLOW));
  if (!writer.root_) return fail_errno(errno, directory);
  std::error_code error;
  const bool empty = std::filesystem::is_empty(directory, error);
  if (error) return fail_errno(error.value(), directory);
  if (!empty) return fail(Errc::refused, "{}: not empty", directory);
  if (::fchmod(writer.root_.get(), 0755) != 0) return fail_errno(errno, directory);
  return writer;
}

Result<int> TreeWriter::parent_of(std::string_view path) {
  const auto wanted = parent_part(path);
  if (wanted.empty()) return root_.get();
  if (parent_ && wanted == parent_path_) return parent_.get();
  const std::string name(wanted);
  auto found = open_beneath(root_.get(), name);
  if (!found && errno == ENOENT) {
    AGENT_TRY(directory(name, 0755));
    found = open_beneath(root_.get(), name);
  }
  if (!found) return cannot_make(errno);
  parent_ = std::move(found);
  parent_path_ = name;
  return parent_.get();
}

Status TreeWriter::directory(const std::string& path, mode_t mode) {
  AGENT_TRY_ASSIGN(auto parent, parent_of(path));
  const auto* name = last_part(path);
  if (::mkdirat(parent, name, 0700) != 0) {
    if (errno != EEXIST) return cannot_make(errno);
    struct stat info {};
    if (::fstatat(parent, name, &info, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISDIR(info.st_mode))
      return cannot_make(EEXIST);
  }
  if (::fchmodat(parent, name, harmless(mode), 0) != 0) return cannot_make(errno);
  return {};
}

Result<UniqueFd> TreeWriter::file(const std::string& path) {
  AGENT_TRY_ASSIGN(auto parent, parent_of(path));
  UniqueFd made(
      ::openat(parent, last_part(path), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (!made) return cannot_make(errno);
  return made;
}

Status TreeWriter::finish_file(const UniqueFd& file, mode_t mode, time_t modified) {
  const std::array<timespec, 2> times = {{{0, UTIME_OMIT}, {modified, 0}}};
  if (::fchmod(file.get(), harmless(mode)) != 0 || ::futimens(file.get(), times.data()) != 0)
    return cannot_make(errno);
  return {};
}

Status TreeWriter::symlink(const std::string& path, const std::string& target) {
  if (!stays_inside(target, std::count(path.begin(), path.end(), '/')))
    return fail(Errc::refused, "a symlink to {}, which is outside the directory", target);
  AGENT_TRY_ASSIGN(auto parent, parent_of(path));
  if (::symlinkat(target.c_str(), parent, last_part(path)) != 0) return cannot_make(errno);
  return {};
}

Status TreeWriter::hard_link(const std::string& path, const std::string& target) {
  const auto from = parent_part(target).empty() ? UniqueFd(::openat(root_.get(), ".", directory_flags))
                                                : open_beneath(root_.get(), std::string(parent_part(target)));
  struct stat info {};
  // A hard link to a symlink would resolve its target from another directory.
  if (!from || ::fstatat(from.get(), last_part(target), &info, AT_SYMLINK_NOFOLLOW) != 0 ||
      !S_ISREG(info.st_mode))
    return fail(Errc::refused, "a hard link to {}, which is not a file of this archive", target);
  AGENT_TRY_ASSIGN(auto parent, parent_of(path));
  if (::linkat(from.get(), last_part(target), parent, last_part(path), 0) != 0) return cannot_make(errno);
  return {};
}

Status TreeWriter::sync() const {
  if (::syncfs(root_.get()) != 0) return fail_errno(errno, "syncfs");
  return {};
}

}  // namespace agent
