#include "platform/memory.hpp"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace agent {

void keep_memory_private() {
  if (::geteuid() != 0) return;
  static_cast<void>(::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0));
  // On fault: stacks of threads are large, and hardly used.
  static_cast<void>(::mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT));
}

}  // namespace agent
