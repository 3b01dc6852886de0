// SPDX-License-Identifier: Apache-2.0
// System calls that the kernel of the tests does not have.
#pragma once

#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace agent {

// Whether the tests run in an emulator of user programs. An old one has no openat2(2), and every supported
// kernel has it. Prints that `what` is skipped.
inline bool emulated_kernel(const char* what) {
  const open_how how{};
  if (::syscall(SYS_openat2, -1, "", &how, sizeof how) != -1 || errno != ENOSYS) return false;
  std::printf("skipped: what needs %s: what emulates this kernel does not have it\n", what);
  return true;
}

// For doctest::skip. Each prints its message once.
inline bool no_openat2() {
  static const bool lacking = emulated_kernel("openat2(2)");
  return lacking;
}
inline bool no_fitrim() {
  static const bool lacking = emulated_kernel("FITRIM (ioctl_fs(2))");
  return lacking;
}
inline bool no_ptrace() {
  static const bool lacking = emulated_kernel("ptrace(2)");
  return lacking;
}

}  // namespace agent
