#include "platform/memory.hpp"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

namespace agent {
namespace {

// All, or nothing: where a limit counts (mlock(2)) locking may succeed, and then threads get no stack, and stacks do not grow. Whether it
// counts is told by a mapping that exceeds it.
void lock_memory() {
  // On fault: stacks of threads are large, and hardly used.
  if (::mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) != 0) return;
  rlimit limit{};
  if (::getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY) return;
  const auto too_much = limit.rlim_cur + 1;
  auto* const mapped = ::mmap(nullptr, too_much, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  static_cast<void>(mapped == MAP_FAILED ? ::munlockall() : ::munmap(mapped, too_much));
}

}  // namespace

void keep_memory_private() {
  if (::geteuid() != 0) return;
  static_cast<void>(::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0));
  lock_memory();
}

}  // namespace agent
