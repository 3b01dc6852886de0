// What the kernel that runs the tests lacks.
#pragma once

#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace agent {

// An emulator of user programs that is older than openat2(2) shows by that; every kernel that the agent is for has the call.
inline bool emulated_kernel() {
  const open_how how{};
  return ::syscall(SYS_openat2, -1, "", &how, sizeof how) == -1 && errno == ENOSYS;
}

// For doctest::skip: there is no openat2(2). Says so, once.
inline bool no_openat2() {
  static const bool lacking = [] {
    if (!emulated_kernel()) return false;
    std::puts("skipped: what needs openat2(2): this kernel, or what emulates it, has none");
    return true;
  }();
  return lacking;
}

// For doctest::skip: FITRIM (ioctl_fs(2)) does not get to the kernel. Says so, once.
inline bool no_fitrim() {
  static const bool lacking = [] {
    if (!emulated_kernel()) return false;
    std::puts("skipped: what needs FITRIM: what emulates this kernel does not pass it on");
    return true;
  }();
  return lacking;
}

}  // namespace agent
