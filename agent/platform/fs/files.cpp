// SPDX-License-Identifier: Apache-2.0
#include "platform/fs/files.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>

#include "platform/fs/place.hpp"
#include "platform/posix/posix.hpp"

namespace agent::files {
namespace {

constexpr mode_t permissions = 07777;

// Never blocks: O_NONBLOCK opens a FIFO at once, and anything but a regular file is refused before it is
// read. A device is not even opened, because opening it can have side effects.
Result<UniqueFd> open_regular(const Place& place, int flags, std::string_view verb) {
  struct stat info = {};
  const int follow = (flags & O_NOFOLLOW) != 0 ? AT_SYMLINK_NOFOLLOW : 0;
  if (::fstatat(place.directory(), place.name(), &info, follow) != 0) return place.failed(verb, errno);
  if (S_ISLNK(info.st_mode)) {
    if (place.in_home()) return place.link_in_the_way(verb);
    return fail(Errc::refused, "{} {}: a symlink, not a regular file", verb, place.shown());
  }
  UniqueFd fd;
  if (S_ISREG(info.st_mode)) {
    fd.reset(::openat(place.directory(), place.name(), flags | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (!fd) return place.failed(verb, errno);
    if (::fstat(fd.get(), &info) != 0)
      return place.failed(verb, errno);  // it may have been replaced in between
  }
  if (!S_ISREG(info.st_mode)) return fail(Errc::refused, "{} {}: not a regular file", verb, place.shown());
  return fd;
}

bool is_link(const Place& place) {
  struct stat info = {};
  return ::fstatat(place.directory(), place.name(), &info, AT_SYMLINK_NOFOLLOW) == 0 && S_ISLNK(info.st_mode);
}

// Owner first: chown(2) clears the setuid bits that chmod(2) may have to set.
Status set_owner_and_mode(const Place& place, int fd, const FileMode& mode) {
  struct stat info = {};
  if (::fstat(fd, &info) != 0) return place.failed("stat", errno);
  if (!place.in_home() && (info.st_uid != mode.uid || info.st_gid != mode.gid) &&
      ::fchown(fd, mode.uid, mode.gid) != 0)
    return place.failed("chown", errno);
  if ((info.st_mode & permissions) != mode.mode && ::fchmod(fd, mode.mode) != 0)
    return place.failed("chmod", errno);
  return {};
}

// Overwrites in place, because a rename leaves the old blocks unchanged. Copy-on-write file systems and SSDs
// may still keep the old blocks: this is the best that can be done to a file, but not a guarantee.
Status overwrite(int fd, const struct stat& info, const Place& place) {
  const std::string zeros(64U << 10U, '\0');
  for (auto left = static_cast<std::size_t>(info.st_size); left > 0; left -= std::min(left, zeros.size()))
    AGENT_TRY(write_all(fd, std::string_view(zeros).substr(0, left), "wipe " + place.shown()));
  if (::fdatasync(fd) != 0 || ::ftruncate(fd, 0) != 0) return place.failed("wipe", errno);
  return {};
}

// Opens a file in the place's directory that is about to lose its name, if it can be wiped. A file with a
// second name is not wiped.
UniqueFd open_old(const Place& place, const std::string& name) {
  UniqueFd fd(
      ::openat(place.directory(), name.c_str(), O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  struct stat info = {};
  if (fd && (::fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode) || info.st_nlink != 1)) fd.reset();
  return fd;
}

// Removes the temporary file and returns 0, or errno. It is wiped first: it may contain a secret, which would
// stay in a free block.
int discard_temporary(const Place& place) {
  const auto temporary = place.temporary_name();
  struct stat info = {};
  if (const auto fd = open_old(place, temporary); fd && ::fstat(fd.get(), &info) == 0)
    (void)overwrite(fd.get(), info, place);
  return ::unlinkat(place.directory(), temporary.c_str(), 0) == 0 ? 0 : errno;
}

// Renames the finished temporary file to its final name, or removes it.
Status put_in_place(const Place& place, std::string_view verb) {
  if (::renameat(place.directory(), place.temporary_name().c_str(), place.directory(), place.name()) != 0) {
    const int error = errno;
    (void)discard_temporary(place);
    return place.failed(verb, error);
  }
  return place.sync();
}

// Removes the temporary file of an earlier, killed run.
Status clear_temporary(const Place& place, std::string_view verb) {
  if (const int error = discard_temporary(place); error != 0 && error != ENOENT)
    return place.failed(fmt::format("{} (removing the leftover {} beside it)", verb, place.temporary_name()),
                        error);
  return {};
}

Status fill(const Place& place, int fd, std::string_view content, const FileMode& mode) {
  AGENT_TRY(set_owner_and_mode(place, fd, mode));
  AGENT_TRY(write_all(fd, content, "write " + place.shown()));
  if (::fsync(fd) != 0) return place.failed("fsync", errno);
  return {};
}

}  // namespace

FileType type_of(mode_t mode) {
  if (S_ISREG(mode)) return FileType::regular;
  if (S_ISDIR(mode)) return FileType::directory;
  return S_ISLNK(mode) ? FileType::symlink : FileType::other;
}

Result<std::optional<FileInfo>> stat(const Path& path) {
  struct stat info = {};
  auto place = Place::open(path);
  if (!place && place.error().code == Errc::not_found) return std::nullopt;
  if (!place) return pass(std::move(place));
  if (::fstatat(place->directory(), place->name(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return std::nullopt;
    return place->failed("stat", errno);
  }
  FileInfo seen;
  seen.type = type_of(info.st_mode);
  seen.mode = info.st_mode & permissions;
  seen.uid = info.st_uid;
  seen.gid = info.st_gid;
  seen.size = static_cast<std::uint64_t>(info.st_size);
  seen.links = info.st_nlink;
  seen.modified = std::chrono::system_clock::time_point(std::chrono::seconds(info.st_mtim.tv_sec) +
                                                        std::chrono::nanoseconds(info.st_mtim.tv_nsec));
  return seen;
}

Result<std::string> read(const Path& path, std::size_t limit) {
  AGENT_TRY_ASSIGN(auto place, with_context(Place::open(path), "read"));
  AGENT_TRY_ASSIGN(auto fd, open_regular(place, O_RDONLY | (place.in_home() ? O_NOFOLLOW : 0), "read"));
  return read_all(fd.get(), limit, "read " + place.shown());
}

Result<std::string> read_link(const Path& path) {
  AGENT_TRY_ASSIGN(auto place, with_context(Place::open(path), "readlink"));
  std::array<char, PATH_MAX> target{};
  const auto size = ::readlinkat(place.directory(), place.name(), target.data(), target.size());
  if (size < 0) return place.failed("readlink", errno);
  return std::string(target.data(), static_cast<std::size_t>(size));
}

Result<std::vector<std::string>> list(const Path& directory) {
  auto place = Place::open(directory);
  if (!place && place.error().code == Errc::not_found) return std::vector<std::string>{};
  if (!place) return pass(std::move(place), "list");
  if (place->in_home() && is_link(*place)) return place->link_in_the_way("list");
  const int follow = place->in_home() ? O_NOFOLLOW : 0;
  const UniqueFd fd(::openat(place->directory(), place->name(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | follow));
  if (!fd && errno == ENOENT) return std::vector<std::string>{};
  if (!fd) return place->failed("list", errno);
  return names_in(fd.get(), "list " + place->shown());
}

Status write(const Path& path, std::string_view content, const FileMode& mode, Old old) {
  AGENT_TRY_ASSIGN(auto place, with_context(Place::open(path), "write"));
  if (place.in_home() && is_link(place)) return place.link_in_the_way("write");
  AGENT_TRY(clear_temporary(place, "write"));
  const auto temporary = place.temporary_name();
  {
    // The file is 0600 and empty until its owner and mode are final. So nobody else can have opened it before
    // it has contents.
    const UniqueFd fd(::openat(place.directory(), temporary.c_str(),
                               O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!fd) return place.failed("write", errno);
    if (auto filled = fill(place, fd.get(), content, mode); !filled) {
      (void)discard_temporary(place);
      return filled;
    }
  }
  const auto replaced = old == Old::wiped ? open_old(place, place.name()) : UniqueFd();
  AGENT_TRY(put_in_place(place, "write"));
  struct stat info = {};
  if (!replaced || ::fstat(replaced.get(), &info) != 0 || info.st_nlink != 0) return {};
  return overwrite(replaced.get(), info, place);
}

Status make_directory(const Path& path, const FileMode& mode) {
  AGENT_TRY_ASSIGN(auto place, with_context(Place::open(path), "mkdir"));
  if (place.in_home() && is_link(place)) return place.link_in_the_way("mkdir");
  const bool made = ::mkdirat(place.directory(), place.name(), 0700) == 0;
  if (!made && errno != EEXIST) return place.failed("mkdir", errno);
  const int follow = place.in_home() ? O_NOFOLLOW : 0;
  const UniqueFd fd(::openat(place.directory(), place.name(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | follow));
  if (!fd && errno == ENOTDIR)
    return fail(Errc::refused, "mkdir {}: it exists and is not a directory", place.shown());
  if (!fd) return place.failed("mkdir", errno);
  AGENT_TRY(set_owner_and_mode(place, fd.get(), mode));
  return made ? place.sync() : Status{};
}

Status set_mode(const Path& path, const FileMode& mode) {
  AGENT_TRY_ASSIGN(auto place, with_context(Place::open(path), "chmod"));
  if (place.in_home() && is_link(place)) return place.link_in_the_way("chmod");
  if (is_link(place)) return fail(Errc::refused, "chmod {}: a symlink has no mode", place.shown());
  if (!place.in_home() &&
      ::fchownat(place.directory(), place.name(), mode.uid, mode.gid, AT_SYMLINK_NOFOLLOW) != 0)
    return place.failed("chown", errno);
  if (::fchmodat(place.directory(), place.name(), mode.mode, AT_SYMLINK_NOFOLLOW) != 0)
    return place.failed("chmod", errno);
  return {};
}

Status make_symlink(const std::string& target, const Path& path) {
  AGENT_TRY_ASSIGN(auto place, with_context(Place::open(path), "symlink"));
  AGENT_TRY(clear_temporary(place, "symlink"));
  if (::symlinkat(target.c_str(), place.directory(), place.temporary_name().c_str()) != 0)
    return place.failed("symlink", errno);
  return put_in_place(place, "symlink");
}

Status rename(const std::string& from, const std::string& to) {
  AGENT_TRY_ASSIGN(auto source, with_context(Place::open(from), "rename"));
  AGENT_TRY_ASSIGN(auto target, with_context(Place::open(to), "rename"));
  const UniqueFd tree(
      ::openat(source.directory(), source.name(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (tree && ::syncfs(tree.get()) != 0) return source.failed("sync", errno);
  if (::renameat(source.directory(), source.name(), target.directory(), target.name()) != 0)
    return fail_errno(errno, fmt::format("rename {} to {}", from, to));
  AGENT_TRY(target.sync());
  return source.sync();
}

Status remove(const Path& path) {
  auto place = Place::open(path);
  if (!place && place.error().code == Errc::not_found) return {};
  if (!place) return pass(std::move(place), "remove");
  if (::unlinkat(place->directory(), place->name(), 0) != 0) {
    if (errno == ENOENT) return {};
    return place->failed("remove", errno);
  }
  return place->sync();
}

Status wipe(const Path& path) {
  auto place = Place::open(path);
  if (!place && place.error().code == Errc::not_found) return {};
  if (!place) return pass(std::move(place), "wipe");
  auto fd = open_regular(*place, O_WRONLY | O_NOFOLLOW, "wipe");
  if (!fd && fd.error().code == Errc::not_found) return {};
  if (!fd) return pass(std::move(fd));
  struct stat info = {};
  if (::fstat(fd->get(), &info) != 0) return place->failed("wipe", errno);
  if (info.st_nlink != 1)
    return fail(Errc::refused,
                "wipe {}: it has {} hard links; find the others (find -inum {}) and remove them first",
                place->shown(), info.st_nlink, info.st_ino);
  AGENT_TRY(overwrite(fd->get(), info, *place));
  if (::unlinkat(place->directory(), place->name(), 0) != 0) return place->failed("wipe", errno);
  return place->sync();
}

}  // namespace agent::files
