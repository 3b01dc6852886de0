// SPDX-License-Identifier: Apache-2.0
// Who has a file open.
#pragma once

#include "ports/types.hpp"

namespace agent {

// Which of these files other processes have open now: "rsyslogd (pid 412)", sorted by pid. Symlinks are not
// followed. Root sees all processes (proc_pid_fd(5)); one that ends meanwhile is left out. Each process is
// examined once, however many files there are.
[[nodiscard]] Holders processes_that_hold(const std::vector<std::string>& paths);

}  // namespace agent
