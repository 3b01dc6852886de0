// SPDX-License-Identifier: Apache-2.0
// Starts one program: the half of running it that happens between fork(2) and execve(2).
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "ports/types.hpp"

namespace agent {

// Who a child is to be. Groups are looked up before the fork: afterwards nothing may be that could take a
// lock.
struct Identity {
  uid_t uid = 0;
  gid_t gid = 0;
  std::vector<gid_t> groups;
};

// Becomes that user, for good, and one that the user cannot dump: it still has the agent's memory. Only raw
// system calls, so it may be called between fork and exec. The name of the call that failed, with errno set,
// or nullptr.
[[nodiscard]] const char* become(const Identity& identity);

struct Child {
  pid_t pid = 0;
  UniqueFd exited;  // pidfd_open(2): readable once it has ended
  UniqueFd in;      // its standard input, if command.hold_input_until: closing this ends it
  UniqueFd out;     // its standard output and error
  UniqueFd err;
  UniqueFd status;  // a StartFailure to read, if there was one; never blocks
};

// What a child reports when it could not start the program.
struct StartFailure {
  enum class Stage : int { session, standard_files, identity, directory, program };
  Stage stage;
  int error;
};
[[nodiscard]] std::string describe(const StartFailure& failure, const Command& command);

// A child in a session and process group of its own, its id being its group's. Every other open file is
// closed in it, every signal has its default effect, its limit on core dumps is the one that the agent was
// started with. `identity` is null for the agent's own.
[[nodiscard]] Result<Child> spawn(const Command& command, const Identity* identity);

}  // namespace agent
