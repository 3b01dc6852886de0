// What must not happen to memory that holds secrets.
#pragma once

namespace agent {

// As root, before there are threads: no core dump is ever made of this process, nobody may trace it, and what it touches stays out of
// swap (mlockall(2)), as far as the machine lets it: without CAP_IPC_LOCK, under a limit (getrlimit(2), RLIMIT_MEMLOCK), nothing is
// locked. Programs that it runs are not affected. For other users it does nothing: they could then not read their own /dev/stdin
// (proc(5)), and are on their own machine.
void keep_memory_private();

}  // namespace agent
