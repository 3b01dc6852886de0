// SPDX-License-Identifier: Apache-2.0
// What must not happen to memory that holds secrets.
#pragma once

namespace agent {

// As root, before there are threads: no core dump is ever made of this process, nobody may trace it, and what
// it touches stays out of swap (mlockall(2)), as far as the machine lets it: without CAP_IPC_LOCK, under a
// limit (getrlimit(2), RLIMIT_MEMLOCK), nothing is locked. Programs that it runs are not affected. For other
// users it does nothing: they could then not read their own /dev/stdin (proc(5)), and are on their own
// machine.
void keep_memory_private();

// No core dump, no tracing (prctl(2), PR_SET_DUMPABLE). A change of ids ends that for every thread, as far as
// fs.suid_dumpable says (proc(5)): so whoever changes some calls this next. Also between fork and exec.
void forbid_dumps();

// For a program, between fork and exec: the limit on core dumps that this process had before it kept its
// memory private.
void restore_core_limit();

}  // namespace agent
