// SPDX-License-Identifier: Apache-2.0
#include "platform/posix/memory.hpp"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <optional>

namespace agent {
namespace {

std::optional<rlimit> core_limit;  // what it was; written once, when there is one thread

// For the moment between a change of ids and forbid_dumps(). A file would be less than a page, so there is
// none; a program that dumps are piped to would get one even at 0 (core(5)), but not at 1, with which the
// kernel marks that program itself (Linux, fs/coredump.c). Only the soft limit, which takes no capability to
// restore.
void limit_dumps() {
  rlimit now{};
  if (::getrlimit(RLIMIT_CORE, &now) != 0) return;
  const rlimit none{1, std::max<rlim_t>(now.rlim_max, 1)};
  if (::setrlimit(RLIMIT_CORE, &none) == 0) core_limit = now;
}

// All, or nothing: where a limit counts (mlock(2)) locking may succeed, and then threads get no stack, and
// stacks do not grow. Whether it counts is told by a mapping that exceeds it.
void lock_memory() {
  // On fault: stacks of threads are large, and hardly used.
  if (::mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) != 0) return;
  rlimit limit{};
  if (::getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY) return;
  const auto too_much = limit.rlim_cur + 1;
  auto* const mapped =
      ::mmap(nullptr, too_much, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  static_cast<void>(mapped == MAP_FAILED ? ::munlockall() : ::munmap(mapped, too_much));
}

}  // namespace

void keep_memory_private() {
  if (::geteuid() != 0) return;
  forbid_dumps();
  limit_dumps();
  lock_memory();
}

void forbid_dumps() { static_cast<void>(::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)); }

void restore_core_limit() {
  if (core_limit) static_cast<void>(::setrlimit(RLIMIT_CORE, &*core_limit));
}

}  // namespace agent
