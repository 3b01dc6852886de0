// SPDX-License-Identifier: Apache-2.0
#include "platform/fs/beneath.hpp"

#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace agent {

UniqueFd open_beneath(int root, const std::string& relative) {
  open_how how = {};
  how.flags = directory_flags;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  return UniqueFd(static_cast<int>(::syscall(SYS_openat2, root, relative.c_str(), &how, sizeof how)));
}

}  // namespace agent
