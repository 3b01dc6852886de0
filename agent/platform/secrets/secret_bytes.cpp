// SPDX-License-Identifier: Apache-2.0
#include "platform/secrets/secret_bytes.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <set>

#include "base/unique_fd.hpp"
#include "platform/posix/posix.hpp"
#include "platform/secrets/secret_scan.hpp"
#include "secrets/redact.hpp"

namespace agent::secret_bytes {
namespace {

using Clock = std::chrono::steady_clock;

// Limits of the search, because every user may write to /tmp.
constexpr std::uint64_t most_bytes = 1U << 30U;
constexpr std::size_t most_files = 100'000;

struct Search {
  Clock::time_point deadline;
  SecretSearch result;
  std::size_t files = 0;
  dev_t device = 0;
  std::set<ino_t> seen;
};

// Opens the directory without following any symlink in its path.
UniqueFd open_directory(const std::string& path) {
  UniqueFd at(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
  for (std::size_t begin = 0; at && begin < path.size();) {
    const auto end = std::min(path.find('/', begin), path.size());
    if (const auto name = path.substr(begin, end - begin); !name.empty())
      at.reset(::openat(at.get(), name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    begin = end + 1;
  }
  return at;
}

std::string directory_of(const std::string& path) { return path.substr(0, path.rfind('/')); }
std::string name_of(const std::string& path) { return path.substr(path.rfind('/') + 1); }

// Opens a regular file. Never blocks on a FIFO and never opens a device. Empty when the file is gone or is
// something else by now.
UniqueFd open_regular(int directory, const std::string& name, int flags, struct stat& info) {
  UniqueFd fd;
  errno = 0;
  if (::fstatat(directory, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0 || !S_ISREG(info.st_mode))
    return fd;
  fd.reset(::openat(directory, name.c_str(), flags | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (fd && (::fstat(fd.get(), &info) != 0 || !S_ISREG(info.st_mode))) fd.reset();
  return fd;
}

void look_into(Search& search, int directory, const std::string& name, const std::string& shown) {
  struct stat info = {};
  const auto fd = open_regular(directory, name, O_RDONLY, info);
  if (!fd) {  // it may be gone since it was listed, or be something else by now
    if (errno != ENOENT && errno != ELOOP && errno != 0)
      search.result.skipped.push_back(fmt::format("{}: {}", shown, errno_text(errno)));
    return;
  }
  if (info.st_nlink > 1 && !search.seen.insert(info.st_ino).second)
    return;  // searched under another name; a user could make thousands of links
  if (static_cast<std::uint64_t>(info.st_blocks) * 512 > most_bytes) {
    search.result.skipped.push_back(shown + ": larger than 1 GiB");
    return;
  }
  std::size_t copies = 0;
  const auto read =
      for_each_secret(fd.get(), shown, search.deadline, [&copies](off_t, std::size_t) -> Status {
        ++copies;
        return {};
      });
  if (!read) search.result.skipped.push_back(read.error().message);
  if (copies > 0) search.result.found.push_back({shown, copies});
}

void walk(Search& search, int directory, const std::string& shown, unsigned depth) {
  auto names = names_in(directory, shown);
  if (!names) {
    search.result.skipped.push_back(names.error().message);
    return;
  }
  for (const auto& name : *names) {
    if (Clock::now() >= search.deadline) return;
    struct stat info = {};
    const auto path = shown + "/" + name;
    if (::fstatat(directory, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) continue;
    if (S_ISREG(info.st_mode)) {
      if (++search.files > most_files) return;
      look_into(search, directory, name, path);
    } else if (S_ISDIR(info.st_mode) && depth > 1 &&
               info.st_dev == search.device) {  // on overlayfs only directories have the same device number
      const UniqueFd inner(
          ::openat(directory, name.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
      if (inner)
        walk(search, inner.get(), path, depth - 1);
      else if (errno != ENOENT && errno != ENOTDIR && errno != ELOOP)
        search.result.skipped.push_back(fmt::format("{}: {}", path, errno_text(errno)));
    }
  }
}

}  // namespace

Result<SecretSearch> find(const std::string& path, unsigned depth, Milliseconds time) {
  Search search;
  search.deadline = Clock::now() + time;
  const auto parent = open_directory(directory_of(path));
  struct stat info = {};
  if (!parent || ::fstatat(parent.get(), name_of(path).c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno != ENOENT) search.result.skipped.push_back(fmt::format("{}: {}", path, errno_text(errno)));
    return search.result;
  }
  search.device = info.st_dev;
  if (S_ISREG(info.st_mode)) {
    look_into(search, parent.get(), name_of(path), path);
  } else if (S_ISDIR(info.st_mode)) {
    const UniqueFd directory(
        ::openat(parent.get(), name_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (directory)
      walk(search, directory.get(), path, depth);
    else
      search.result.skipped.push_back(fmt::format("{}: {}", path, errno_text(errno)));
  } else if (S_ISLNK(info.st_mode)) {
    search.result.skipped.push_back(path + ": a symlink");
  }
  if (search.files > most_files)
    search.result.skipped.push_back(fmt::format("{}: more than {} files", path, most_files));
  if (Clock::now() >= search.deadline)
    search.result.skipped.push_back(
        fmt::format("{}: could not be searched completely within {} ms", path, time.count()));
  return search.result;
}

Status overwrite(const std::string& path, Milliseconds time) {
  const auto parent = open_directory(directory_of(path));
  struct stat info = {};
  if (!parent || ::fstatat(parent.get(), name_of(path).c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return {};
    return fail_errno(errno, "overwrite secrets in " + path);
  }
  const auto fd = open_regular(parent.get(), name_of(path), O_RDWR, info);
  if (!fd) return fail(Errc::refused, "overwrite secrets in {}: it cannot be opened as a regular file", path);
  if (info.st_nlink != 1)
    return fail(Errc::refused,
                "overwrite secrets in {}: it has {} hard links; find the others (find -inum {}) and remove "
                "them first",
                path, info.st_nlink, info.st_ino);
  AGENT_TRY(
      for_each_secret(fd.get(), path, Clock::now() + time, [&](off_t offset, std::size_t size) -> Status {
        const std::string cover(size, overwrite_char);
        if (::pwrite(fd.get(), cover.data(), size, offset) != static_cast<ssize_t>(size))
          return fail_errno(errno, "overwrite secrets in " + path);
        return {};
      }));
  if (::fdatasync(fd.get()) != 0) return fail_errno(errno, "overwrite secrets in " + path);
  return {};
}

}  // namespace agent::secret_bytes
