// SPDX-License-Identifier: Apache-2.0
#include "platform/fs/unwritten_extents.hpp"

#include <fcntl.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <limits>

#include "base/unique_fd.hpp"
#include "platform/posix/posix.hpp"

namespace agent {
namespace {

constexpr std::uint64_t end_of_file = std::numeric_limits<std::uint64_t>::max();

// The structure, with room for one extent: its last member is an array without a size.
union Map {
  fiemap head;
  std::array<char, sizeof(fiemap) + sizeof(fiemap_extent)> room;
};

// The first extent of the file that ends after `offset`; one with length 0 when there is none.
Result<fiemap_extent> extent_at(int fd, std::uint64_t offset, std::string_view what) {
  Map map = {};
  map.head.fm_start = offset;
  map.head.fm_length = end_of_file - offset;
  map.head.fm_flags = FIEMAP_FLAG_SYNC;  // otherwise data that is still in memory counts as unwritten
  map.head.fm_extent_count = 1;
  if (::ioctl(fd, FS_IOC_FIEMAP, &map) != 0 && errno != EOPNOTSUPP && errno != ENOTTY)
    return fail_errno(errno, what);
  return map.head.fm_mapped_extents == 0 ? fiemap_extent{} : map.head.fm_extents[0];
}

Status free_unwritten_extents(int fd, std::string_view what) {
  for (std::uint64_t offset = 0;;) {
    AGENT_TRY_ASSIGN(auto extent, extent_at(fd, offset, what));
    if (extent.fe_length == 0) return {};
    offset = extent.fe_logical + extent.fe_length;
    if ((extent.fe_flags & FIEMAP_EXTENT_UNWRITTEN) != 0 &&
        ::fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, static_cast<off_t>(extent.fe_logical),
                    static_cast<off_t>(extent.fe_length)) != 0)
      return fail_errno(errno, what);
    if ((extent.fe_flags & FIEMAP_EXTENT_LAST) != 0) return {};
  }
}

}  // namespace

Status free_unwritten_extents_of_archived_journals(const std::string& directory) {
  const UniqueFd journal(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!journal) return errno == ENOENT ? Status() : fail_errno(errno, directory);
  AGENT_TRY_ASSIGN(auto machines, names_in(journal.get(), directory));
  for (const auto& machine : machines) {
    const auto shown = directory + "/" + machine;
    const UniqueFd of_machine(
        ::openat(journal.get(), machine.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    if (!of_machine) continue;  // a file, or gone
    AGENT_TRY_ASSIGN(auto names, names_in(of_machine.get(), shown));
    for (const auto& name : names) {
      if (name.find('@') == std::string::npos) continue;
      const UniqueFd file(
          ::openat(of_machine.get(), name.c_str(), O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
      struct stat info = {};
      if (!file || ::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode))
        continue;  // vacuumed since it was listed
      AGENT_TRY(free_unwritten_extents(file.get(), shown + "/" + name));
    }
  }
  return {};
}

}  // namespace agent
