// SPDX-License-Identifier: Apache-2.0
#include "platform/fs/tree.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>

#include "platform/crypto/sha256.hpp"
#include "platform/fs/place.hpp"
#include "platform/posix/posix.hpp"

namespace agent::tree {
namespace {

constexpr int directory_flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

Result<UniqueFd> open_directory(int parent, const std::string& name, std::string_view shown) {
  UniqueFd fd(::openat(parent, name.c_str(), directory_flags));
  if (!fd) return fail_errno(errno, shown);
  return fd;
}

Result<struct stat> look_at(int parent, const std::string& name, std::string_view shown) {
  struct stat info = {};
  if (::fstatat(parent, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) return fail_errno(errno, shown);
  return info;
}

void describe(Sha256& hash, std::string_view path, const struct stat& info, std::string_view target) {
  const bool directory = S_ISDIR(info.st_mode);  // its size depends on the file system
  // Path and target end with NUL, because they may contain every other byte. So two different trees never
  // give the same text.
  hash.update(fmt::format("{:o} {} {} {} {}.{} ", info.st_mode, info.st_uid, info.st_gid,
                          directory ? 0 : info.st_size, info.st_mtim.tv_sec, info.st_mtim.tv_nsec));
  hash.update(path);
  hash.update(std::string_view("\0", 1));
  hash.update(target);
  hash.update(std::string_view("\0", 1));
}

Status hash_entries(Sha256& hash, int directory, const std::string& path) {
  AGENT_TRY_ASSIGN(auto names, names_in(directory, path));
  for (const auto& name : names) {
    const auto inner_path = fmt::format("{}/{}", path, name);
    AGENT_TRY_ASSIGN(auto info, look_at(directory, name, inner_path));
    std::array<char, PATH_MAX> target{};
    const auto size =
        S_ISLNK(info.st_mode) ? ::readlinkat(directory, name.c_str(), target.data(), target.size()) : 0;
    if (size < 0) return fail_errno(errno, "readlink " + inner_path);
    describe(hash, inner_path, info, {target.data(), static_cast<std::size_t>(size)});
    if (!S_ISDIR(info.st_mode)) continue;
    AGENT_TRY_ASSIGN(auto inner, open_directory(directory, name, inner_path));
    AGENT_TRY(hash_entries(hash, inner.get(), inner_path));
  }
  return {};
}

Status remove_entries(int directory, const std::string& path) {
  AGENT_TRY_ASSIGN(auto names, names_in(directory, path));
  for (const auto& name : names) {
    const auto shown = fmt::format("{}/{}", path, name);
    if (::unlinkat(directory, name.c_str(), 0) == 0 || errno == ENOENT) continue;
    if (errno != EISDIR) return fail_errno(errno, "remove " + shown);
    AGENT_TRY_ASSIGN(auto inner, open_directory(directory, name, shown));
    AGENT_TRY(remove_entries(inner.get(), shown));
    if (::unlinkat(directory, name.c_str(), AT_REMOVEDIR) != 0) return fail_errno(errno, "remove " + shown);
  }
  return {};
}

// Like `chown root:root; chmod u-s,g-s,a+rX,go-w`, but on the open file, so that it cannot be replaced in
// between.
Status give(int fd, mode_t mode, std::string_view shown) {
  const mode_t searchable = S_ISDIR(mode) || (mode & 0111) != 0 ? 0111 : 0;
  if (::fchown(fd, 0, 0) != 0 || ::fchmod(fd, (mode & 0700) | 0444 | searchable) != 0)
    return fail_errno(errno, shown);
  return {};
}

// From the top down: when root owns a directory, nobody else can add anything to it.
Status give_entries(int directory, const std::string& path) {
  AGENT_TRY_ASSIGN(auto names, names_in(directory, path));
  for (const auto& name : names) {
    const auto shown = fmt::format("{}/{}", path, name);
    AGENT_TRY_ASSIGN(auto info, look_at(directory, name, shown));
    if (S_ISLNK(info.st_mode)) {
      if (::fchownat(directory, name.c_str(), 0, 0, AT_SYMLINK_NOFOLLOW) != 0)
        return fail_errno(errno, shown);
      continue;
    }
    if (!S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode))
      return fail(Errc::refused, "give {} to root: a device, FIFO or socket does not belong in it", shown);
    const UniqueFd fd(::openat(directory, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!fd) return fail_errno(errno, shown);
    AGENT_TRY(give(fd.get(), info.st_mode, shown));
    if (S_ISDIR(info.st_mode)) AGENT_TRY(give_entries(fd.get(), shown));
  }
  return {};
}

}  // namespace

Result<std::string> fingerprint(const std::string& directory) {
  AGENT_TRY_ASSIGN(auto place, with_context(Place::open(directory), "fingerprint"));
  AGENT_TRY_ASSIGN(auto root, open_directory(place.directory(), place.name(), "fingerprint " + directory));
  const std::string name = ".";
  AGENT_TRY_ASSIGN(auto info, look_at(root.get(), name, directory));
  Sha256 hash;
  describe(hash, name, info, "");
  AGENT_TRY(hash_entries(hash, root.get(), name));
  return hash.hex();
}

Status remove(const std::string& directory) {
  auto place = Place::open(directory);
  if (!place && place.error().code == Errc::not_found) return {};
  if (!place) return pass(std::move(place), "remove");
  if (::unlinkat(place->directory(), place->name(), 0) == 0 || errno == ENOENT) return {};
  if (errno != EISDIR) return place->failed("remove", errno);
  {
    AGENT_TRY_ASSIGN(auto root, open_directory(place->directory(), place->name(), "remove " + directory));
    AGENT_TRY(remove_entries(root.get(), directory));
  }
  if (::unlinkat(place->directory(), place->name(), AT_REMOVEDIR) != 0) return place->failed("remove", errno);
  return place->sync();
}

Status give_to_root(const std::string& directory) {
  AGENT_TRY_ASSIGN(auto place, with_context(Place::open(directory), "give to root"));
  AGENT_TRY_ASSIGN(auto root, open_directory(place.directory(), place.name(), "give to root " + directory));
  AGENT_TRY(give(root.get(), S_IFDIR | 0700, directory));
  return give_entries(root.get(), directory);
}

}  // namespace agent::tree
