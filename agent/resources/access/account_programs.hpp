// SPDX-License-Identifier: Apache-2.0
// shadow's programs: what changes accounts, and the ageing that they share.
#pragma once

#include <string>
#include <vector>

#include "core/observation.hpp"
#include "ports/run_checked.hpp"

namespace agent {

[[nodiscard]] inline Status run_account_program(Host& host, std::vector<std::string> argv) {
  Command command;
  command.argv = std::move(argv);
  AGENT_TRY(run_checked(host, command));
  return {};
}

[[nodiscard]] inline bool ages(const User& user) { return user.must_change_password || user.ages; }

inline void describe_ageing(const User& user, Observation& seen) {
  if (user.must_change_password) seen.drift("password", "must be changed at the next login", "need not be");
  if (user.ages) seen.drift("ageing", "the account or its password expires", "never");
}

// chage(1): -1 removes a limit; without a date of the last change there is no ageing at all (shadow(5)).
[[nodiscard]] inline Status end_ageing(Host& host, const std::string& user) {
  return run_account_program(host, {"chage", "--lastday", "-1", "--mindays", "0", "--maxdays", "-1",
                                    "--inactive", "-1", "--expiredate", "-1", user});
}

}  // namespace agent
