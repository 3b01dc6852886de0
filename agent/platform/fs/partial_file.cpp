// SPDX-License-Identifier: Apache-2.0
#include "platform/fs/partial_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <cerrno>
#include <cstdlib>

#include "platform/posix/posix.hpp"

namespace agent {
namespace {

// Some file systems do not support O_TMPFILE (open(2)). There the file has a name for a moment.
UniqueFd open_nameless(const std::string& directory) {
  UniqueFd fd(::open(directory.c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (fd || (errno != EOPNOTSUPP && errno != EISDIR)) return fd;
  auto name = directory + "/.fetch-XXXXXX";
  fd.reset(::mkostemp(name.data(), O_CLOEXEC));
  if (fd) ::unlink(name.c_str());
  return fd;
}

Status check_private(const std::string& directory) {
  struct stat info {};
  if (::lstat(directory.c_str(), &info) != 0) return fail_errno(errno, directory);
  if (!S_ISDIR(info.st_mode) || info.st_uid != ::geteuid() || (info.st_mode & 077U) != 0)
    return fail(Errc::refused, "{}: must be a directory of uid {} with mode 0700", directory, ::geteuid());
  return {};
}

}  // namespace

Result<PartialFile> PartialFile::open(const std::string& directory) {
  AGENT_TRY(check_private(directory));
  PartialFile file;
  file.directory_ = directory;
  file.fd_ = open_nameless(directory);
  if (!file.fd_) return fail_errno(errno, "a temporary file in " + directory);
  return file;
}

Status PartialFile::append(std::string_view data) {
  if (auto written = write_all(fd_.get(), data, directory_); !written) {
    struct statvfs disk {};
    if (::statvfs(directory_.c_str(), &disk) != 0 || disk.f_bavail * disk.f_frsize >= data.size())
      return pass(std::move(written));
    return fail(Errc::failed, "no space left on the file system of {} ({} MB large) after {} MB", directory_,
                disk.f_blocks * disk.f_frsize / 1'000'000, size_ / 1'000'000);
  }
  hash_.update(data);
  size_ += data.size();
  return {};
}

Status PartialFile::restart() {
  if (::ftruncate(fd_.get(), 0) != 0 || ::lseek(fd_.get(), 0, SEEK_SET) != 0)
    return fail_errno(errno, directory_);
  hash_ = {};
  size_ = 0;
  return {};
}

Result<UniqueFd> PartialFile::take() && {
  if (::lseek(fd_.get(), 0, SEEK_SET) != 0) return fail_errno(errno, directory_);
  return std::move(fd_);
}

}  // namespace agent
