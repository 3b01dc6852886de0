// SPDX-License-Identifier: Apache-2.0
#include "platform/posix/posix.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <system_error>

namespace agent {
namespace {

Errc kind_of(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return Errc::not_found;
    case ELOOP:
    case EXDEV:
      return Errc::refused;
    case EINVAL:
    case ENAMETOOLONG:
      return Errc::invalid;
    case ETIMEDOUT:
      return Errc::timed_out;
    case EAGAIN:
    case EBUSY:
      return Errc::unavailable;
    default:
      return Errc::failed;
  }
}

}  // namespace

std::string errno_text(int error) { return std::generic_category().message(error); }

tl::unexpected<Error> fail_errno(int error, std::string_view what) {
  return fail(kind_of(error), "{}: {}", what, errno_text(error));
}

Status write_all(int fd, std::string_view content, std::string_view what) {
  while (!content.empty()) {
    const auto written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return fail_errno(errno, what);
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<std::string> read_all(int fd, std::size_t limit, std::string_view what) {
  constexpr std::size_t block = 64U << 10U;
  std::string content;
  for (;;) {
    const auto have = content.size();
    content.resize(have + block);
    const auto got = ::pread(fd, content.data() + have, block, static_cast<off_t>(have));
    if (got < 0 && errno != EINTR) return fail_errno(errno, what);
    content.resize(have + static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    if (got == 0) return content;
    if (content.size() > limit) return fail(Errc::refused, "{}: larger than {} bytes", what, limit);
  }
}

Result<std::vector<std::string>> names_in(int directory, std::string_view what) {
  UniqueFd fd(::openat(directory, ".",
                       O_RDONLY | O_DIRECTORY | O_CLOEXEC));  // a second descriptor has its own offset
  if (!fd) return fail_errno(errno, what);
  const std::unique_ptr<DIR, int (*)(DIR*)> entries(::fdopendir(fd.get()), ::closedir);
  if (!entries) return fail_errno(errno, what);
  static_cast<void>(fd.release());  // closedir(3) closes it
  std::vector<std::string> names;
  errno = 0;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): safe while each stream has one user (readdir(3))
  while (const auto* entry = ::readdir(entries.get())) {
    const std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  if (errno != 0) return fail_errno(errno, what);
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace agent
