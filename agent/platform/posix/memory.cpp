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

std::optional<rlimit> core_limit;  // the original limit; written once, while there is one thread

// For the moment between a change of ids and forbid_dumps(). A limit of 1 byte is less than a page, so no
// core file is written. A program that core dumps are piped to would get one even with a limit of 0
// (core(5)), but not with 1: the kernel uses 1 to mark that program itself (Linux, fs/coredump.c). Only the
// soft limit is changed, because restoring it needs no capability.
void limit_dumps() {
  rlimit now{};
  if (::getrlimit(RLIMIT_CORE, &now) != 0) return;
  const rlimit none{1, std::max<rlim_t>(now.rlim_max, 1)};
  if (::setrlimit(RLIMIT_CORE, &none) == 0) core_limit = now;
}

// Locks all memory or nothing. Where a limit is enforced (mlock(2)), locking may succeed now, but later
// threads get no stack and stacks cannot grow. A mapping that exceeds the limit shows whether it is enforced.
void lock_memory() {
  // MCL_ONFAULT, because thread stacks are large and mostly unused.
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
