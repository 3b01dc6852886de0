// SPDX-License-Identifier: Apache-2.0
// Who has a file open.
#pragma once

#include "ports/types.hpp"

namespace agent {

// Which of these very files (through no symlink) other processes have open now: "rsyslogd (pid 412)", by pid.
// Root sees all of them (proc_pid_fd(5)); one that ends meanwhile is left out. However many files: all
// processes are looked at once.
[[nodiscard]] Holders processes_that_hold(const std::vector<std::string>& paths);

}  // namespace agent
