// Who has a file open.
#pragma once

#include <string>
#include <vector>

namespace agent {

// The other processes that have this very file (through no symlink) open now: "rsyslogd (pid 412)", by pid. Root sees all of them
// (proc_pid_fd(5)); one that ends meanwhile is left out.
[[nodiscard]] std::vector<std::string> processes_that_hold(const std::string& path);

}  // namespace agent
