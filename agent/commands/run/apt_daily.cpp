// SPDX-License-Identifier: Apache-2.0
#include "commands/run/apt_daily.hpp"

#include <fcntl.h>
#include <sys/file.h>

namespace agent {

UniqueFd hold_apt_daily() {
  UniqueFd fd(::open("/var/lib/apt/daily_lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (fd && ::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) fd.reset();
  return fd;
}

}  // namespace agent
