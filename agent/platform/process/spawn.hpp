// SPDX-License-Identifier: Apache-2.0
// Starts one program: everything between fork(2) and execve(2).
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "ports/types.hpp"

namespace agent {

// The user that a child becomes. Groups are looked up before the fork: after it, no function that could take
// a lock may be called.
struct Identity {
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;
};

// Changes this process to that user, permanently. The user cannot dump or trace it, because it still has the
// agent's memory. Only raw system calls, so it may be called between fork and exec. Returns nullptr, or the
// name of the call that failed, with errno set.
[[nodiscard]] const char* become(const Identity& identity);

struct Child {
  pid_t pid = 0;
  UniqueFd exited;  // pidfd_open(2): readable when the child has ended
  UniqueFd in;      // its standard input, if command.hold_input_until is set: closing this ends the input
  UniqueFd out;     // its standard output and error
  UniqueFd err;
  UniqueFd status;  // contains a StartFailure, if there was one; reading never blocks
};

// What a child reports when it could not start the program.
struct StartFailure {
  enum class Stage : int { session, standard_files, identity, directory, program };
  Stage stage;
  int error;
};
[[nodiscard]] std::string describe(const StartFailure& failure, const Command& command);

// Starts a child in its own session and process group; its pid is the group's id. All other open files are
// closed in it, every signal has its default action, and its core dump limit is the one that the agent was
// started with. `identity`: null keeps the agent's own user.
[[nodiscard]] Result<Child> spawn(const Command& command, const Identity* identity);

}  // namespace agent
