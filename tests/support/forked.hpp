// SPDX-License-Identifier: Apache-2.0
// Runs code in a child process, when it must not affect the process of the tests.
#pragma once

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <string>
#include <system_error>
#include <thread>

namespace agent {

// Returns the result of `work` from a child process, at most 64 KiB (a pipe); "thrown" when it throws.
inline std::string in_child(const std::function<std::string()>& work) {
  int ends[2] = {-1, -1};
  if (::pipe(ends) != 0) return "no pipe";
  const pid_t pid = ::fork();
  if (pid < 0) return "no child";
  if (pid == 0) {
    std::string said = "thrown";
    try {
      said = work();
    } catch (...) {
    }
    ::_exit(::write(ends[1], said.data(), said.size()) < 0 ? 1 : 0);
  }
  ::close(ends[1]);
  std::string said;
  char buffer[4096];
  for (ssize_t got = 0; (got = ::read(ends[0], buffer, sizeof buffer)) > 0;)
    said.append(buffer, static_cast<std::size_t>(got));
  ::close(ends[0]);
  ::waitpid(pid, nullptr, 0);
  return said;
}

// From here on this process cannot start threads (getrlimit(2), RLIMIT_NPROC). Returns false when it still
// can. Root is not limited.
inline bool without_threads() {
  const rlimit one{1, 1};
  if (::geteuid() == 0 && ::setresuid(54321, 54321, 54321) != 0) return false;
  if (::setrlimit(RLIMIT_NPROC, &one) != 0) return false;
  try {
    std::thread([] {}).join();
    return false;
  } catch (const std::system_error&) {
    return true;
  }
}

}  // namespace agent
