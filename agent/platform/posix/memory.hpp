// SPDX-License-Identifier: Apache-2.0
// Protects memory that contains secrets.
#pragma once

namespace agent {

// Call it before the first thread is started. For root: no core dump of this process is made, nobody may
// trace it, and its memory stays out of swap (mlockall(2)). Without CAP_IPC_LOCK, when RLIMIT_MEMLOCK
// (getrlimit(2)) sets a limit, nothing is locked. Programs that it runs are not affected. For other users it
// does nothing: they could not read their own /dev/stdin any more (proc(5)), and they run the agent on their
// own machine.
void keep_memory_private();

// No core dump, no tracing (prctl(2), PR_SET_DUMPABLE). A change of uid or gid resets this for every thread
// to fs.suid_dumpable (proc(5)), so call this after each such change. May be called between fork and exec.
void forbid_dumps();

// For a child, between fork and exec: restores the core dump limit that this process had before
// keep_memory_private().
void restore_core_limit();

}  // namespace agent
