// SPDX-License-Identifier: Apache-2.0
#include "commands/run/run_lock.hpp"

#include <fcntl.h>

#include "base/utc.hpp"
#include "platform/posix/posix.hpp"

namespace agent {
namespace {

constexpr std::size_t longest = 256;

// An open file description lock (fcntl(2)). It ends with the process, and its holder can be asked for without
// taking it.
struct flock whole_file(short type) {
  struct flock lock = {};
  lock.l_type = type;
  lock.l_whence = SEEK_SET;
  return lock;
}

std::string owner_in(int fd) {
  auto text = read_all(fd, longest, "lock");
  return text && !text->empty() ? *text : "its pid is not known";
}

}  // namespace

Result<RunLock> RunLock::take(const std::string& path) {
  UniqueFd fd(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd) return fail_errno(errno, path);
  auto wanted = whole_file(F_WRLCK);
  if (::fcntl(fd.get(), F_OFD_SETLK, &wanted) != 0) {
    if (errno != EAGAIN && errno != EACCES) return fail_errno(errno, path);
    return fail(Errc::unavailable,
                "another agent is running ({}): wait for it with `bootstrap-agent --status --wait`",
                owner_in(fd.get()));
  }
  if (::ftruncate(fd.get(), 0) != 0) return fail_errno(errno, path);
  AGENT_TRY(write_all(
      fd.get(), fmt::format("pid {}, since {}", ::getpid(), utc(std::chrono::system_clock::now())), path));
  return RunLock(std::move(fd));
}

std::string RunLock::holder(const std::string& path) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  auto asked = whole_file(F_WRLCK);
  if (!fd || ::fcntl(fd.get(), F_OFD_GETLK, &asked) != 0 || asked.l_type == F_UNLCK) return {};
  return owner_in(fd.get());
}

}  // namespace agent
