// SPDX-License-Identifier: Apache-2.0
#include "cli/input_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <memory>
#include <system_error>

#include "base/unique_fd.hpp"
#include "secrets/secret.hpp"

namespace agent {
namespace {

enum class Holds { directory, file };  // what comes next in the path

constexpr auto move_it = "copy the file into a directory that root owns, like /root";

std::string reason(int error) { return std::generic_category().message(error); }
bool trusted(uid_t owner) { return owner == 0 || owner == geteuid(); }
bool others_write(mode_t mode) { return (mode & (S_IWGRP | S_IWOTH)) != 0; }

// open(2) failed for `path`.
tl::unexpected<Error> open_error(const std::string& path, int error) {
  // ELOOP for a file, ENOTDIR for a directory: open(2) under O_NOFOLLOW and O_DIRECTORY.
  if (error == ELOOP)
    return fail(Errc::refused, "{} is a symbolic link; give the path that it points to", path);
  if (error == ENOTDIR)
    return fail(Errc::refused, "{} is not a directory, or a symbolic link; give the real path", path);
  if (error == ENXIO) return fail(Errc::refused, "{} is not a regular file; give a file", path);
  if (error == ENOENT) return fail(Errc::not_found, "{} does not exist; check the path", path);
  return fail(Errc::failed, "{} can't be opened: {}", path, reason(error));
}

// Checks that nobody else can replace the next part of the path in this directory. In a sticky directory
// others may create names, but only the owner of the entry or of the directory may rename or remove it
// (inode(7)). So a directory of root in it cannot be replaced. And root has put it there: nobody can make a
// hard link to a directory, and moving a directory needs write permission to it (rename(2)). For a file,
// neither is true.
Status check_directory(int fd, const std::string& path, InputKind kind, Holds holds) {
  if (kind == InputKind::signed_file) return {};
  struct stat info {};
  if (fstat(fd, &info) != 0) return fail(Errc::failed, "{} can't be examined: {}", path, reason(errno));
  if (!trusted(info.st_uid))
    return fail(Errc::refused, "{} belongs to uid {}, who could replace what is in it; {}", path, info.st_uid,
                move_it);
  const bool sticky = (info.st_mode & S_ISVTX) != 0;
  if (others_write(info.st_mode) && sticky && holds == Holds::file)
    return fail(Errc::refused,
                "{} is writable by everyone: somebody else may have put a file of that name there; {}", path,
                move_it);
  if (others_write(info.st_mode) && !sticky)
    return fail(Errc::refused, "{} is writable by others (mode {:04o}), who could replace what is in it; {}",
                path, info.st_mode & 07777U, move_it);
  return {};
}

Status check_file(const struct stat& info, const std::string& path, InputKind kind) {
  const auto mode = info.st_mode & 07777U;
  if (!S_ISREG(info.st_mode))
    return fail(Errc::refused, "{} is not a regular file; give a file{}", path,
                kind == InputKind::secrets ? ", or - for standard input" : "");
  const auto largest = kind == InputKind::signed_file ? largest_signed_input : largest_input;
  if (static_cast<std::uint64_t>(info.st_size) > largest)
    return fail(Errc::refused, "{} has {} bytes; the limit is {}", path, info.st_size, largest);
  if (kind == InputKind::signed_file) return {};
  if (!trusted(info.st_uid))
    return fail(Errc::refused, "{} belongs to uid {}; it must belong to root: chown root {}", path,
                info.st_uid, path);
  if (others_write(info.st_mode))
    return fail(Errc::refused, "{} is writable by others (mode {:04o}); chmod go-w {}", path, mode, path);
  if (kind == InputKind::secrets && (mode & (S_IRGRP | S_IROTH)) != 0)
    return fail(Errc::refused,
                "{} holds secrets and is readable by others (mode {:04o}); chmod 600 {}, and treat these "
                "secrets as known to others",
                path, mode, path);
  return {};
}

// Up to `limit` bytes. The buffer has its full size from the start: a growing one would leave copies of
// secrets behind.
Result<std::string> read_all(int fd, const std::string& name, std::size_t limit) {
  std::string buffer(limit + 1, '\0');
  std::size_t size = 0;
  while (size < buffer.size()) {
    const auto count = read(fd, buffer.data() + size, buffer.size() - size);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      wipe(buffer);
      return fail(Errc::failed, "{} can't be read: {}", name, reason(errno));
    }
    if (count == 0) {
      buffer.resize(size);
      return buffer;
    }
    size += static_cast<std::size_t>(count);
  }
  wipe(buffer);
  return fail(Errc::refused, "{} has more than {} bytes, which is too large for this agent", name, limit);
}

// Opens the parent directory of an absolute path, part by part. Each part is opened in the directory that was
// just checked.
Result<UniqueFd> open_parent(const std::string& path, InputKind kind) {
  UniqueFd directory(open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
  if (!directory) return open_error("/", errno);
  AGENT_TRY(check_directory(directory.get(), "/", kind, Holds::directory));
  std::size_t begin = 1;
  for (auto end = path.find('/', begin); end != std::string::npos; end = path.find('/', begin)) {
    const auto name = path.substr(begin, end - begin);
    begin = end + 1;
    if (name.empty()) continue;
    UniqueFd next(openat(directory.get(), name.c_str(), O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!next) return open_error(path.substr(0, end), errno);
    AGENT_TRY(check_directory(next.get(), path.substr(0, end), kind, Holds::directory));
    directory = std::move(next);
  }
  AGENT_TRY(
      check_directory(directory.get(), begin == 1 ? "/" : path.substr(0, begin - 1), kind, Holds::file));
  return directory;
}

}  // namespace

Result<std::string> absolute_path(const std::string& path) {
  if (path.empty()) return fail(Errc::invalid, "the path is empty; give a file");
  if (path.front() == '/') return path;
  const std::unique_ptr<char, decltype(&std::free)> here(getcwd(nullptr, 0), &std::free);
  if (!here)
    return fail(Errc::failed, "the working directory can't be found: {}; give an absolute path",
                reason(errno));
  return fmt::format("{}/{}", here.get(), path);
}

Result<std::string> read_input_file(const std::string& path, InputKind kind) {
  auto full = absolute_path(path);
  if (!full) return full;

  AGENT_TRY_ASSIGN(auto directory, open_parent(*full, kind));
  const auto name = full->substr(full->rfind('/') + 1);
  const UniqueFd file(openat(directory.get(), name.empty() ? "." : name.c_str(),
                             O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC));
  if (!file) return open_error(path, errno);
  struct stat info {};
  if (fstat(file.get(), &info) != 0)
    return fail(Errc::failed, "{} can't be examined: {}", path, reason(errno));
  AGENT_TRY(check_file(info, path, kind));
  return read_all(file.get(), path, static_cast<std::size_t>(info.st_size));
}

Result<std::string> read_stdin(std::size_t limit) { return read_all(STDIN_FILENO, "standard input", limit); }

}  // namespace agent
