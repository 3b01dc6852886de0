// What the kernel that runs the tests lacks.
#pragma once

#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace agent {

// For doctest::skip: no openat2(2), as in an emulator of user programs that is older than the call. Says so, once.
inline bool no_openat2() {
  static const bool lacking = [] {
    const open_how how{};
    if (::syscall(SYS_openat2, -1, "", &how, sizeof how) != -1 || errno != ENOSYS) return false;
    std::puts("skipped: what needs openat2(2): this kernel, or what emulates it, has none");
    return true;
  }();
  return lacking;
}

}  // namespace agent
