// SPDX-License-Identifier: Apache-2.0
#include "platform/fs/trim.hpp"

#include <fcntl.h>
#include <linux/fs.h>
#include <linux/magic.h>
#include <sys/ioctl.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <cerrno>
#include <limits>

#include "base/unique_fd.hpp"
#include "platform/posix/posix.hpp"

namespace agent {
namespace {

constexpr long xfs_magic = 0x58465342;  // not in magic.h: statfs(2) names it

std::string name_of(long type) {
  switch (type) {
    case EXT4_SUPER_MAGIC:
      return "ext4";
    case BTRFS_SUPER_MAGIC:
      return "btrfs";
    case OVERLAYFS_SUPER_MAGIC:
      return "overlay";
    case xfs_magic:
      return "xfs";
    case TMPFS_MAGIC:
      return "tmpfs";
    default:
      return fmt::format("type {:#x}", type);
  }
}

}  // namespace

Result<FreeSpace> trim(const std::string& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  struct statfs info = {};
  if (!fd || ::fstatfs(fd.get(), &info) != 0) return fail_errno(errno, "trim " + path);
  FreeSpace space{name_of(info.f_type), {}};
  // Blocks that were just freed count as used until the journal is written.
  if (::syncfs(fd.get()) != 0) return fail_errno(errno, "sync " + path);
  fstrim_range range = {};
  range.len = std::numeric_limits<decltype(range.len)>::max();
  if (::ioctl(fd.get(), FITRIM, &range) == 0) space.bytes = range.len;
  return space;
}

}  // namespace agent
