// SPDX-License-Identifier: Apache-2.0
#include "resources/access/passwords.hpp"

#include "resources/access/account_programs.hpp"

namespace agent {

// After sshd, which waits for the tailnet and for access without passwords: the operator may log in with this
// password.
UserPassword::UserPassword(std::string user)
    : ResourceOf({"user/password", {"user", "sshd"}, {"accounts"}}), user_(std::move(user)) {}

Result<UserPasswordState> UserPassword::look(const Probe& probe) const {
  AGENT_TRY_ASSIGN(const auto user, probe.find_user(user_));
  return UserPasswordState{!user || user->password_locked};
}

Observation UserPassword::describe(const UserPasswordState& state) const {
  Observation seen;
  if (!state.locked) seen.drift("password", "set or empty", "locked");
  return seen;
}

Status UserPassword::apply(Host& host, const UserPasswordState& state) {
  if (state.locked) return {};
  return run_account_program(host, {"usermod", "--lock", "--", user_});
}

Result<RootPasswordState> RootPassword::look(const Probe& probe) const {
  AGENT_TRY_ASSIGN(const auto root, probe.find_user("root"));
  if (!root) return RootPasswordState();
  return RootPasswordState{root->password_locked, root->must_change_password, root->ages};
}

Observation RootPassword::describe(const RootPasswordState& state) const {
  Observation seen;
  if (state.must_change)
    seen.drift("password", "the expired one that the server came with",
               "locked (set one for the console: ssh root@NODE passwd)");
  if (state.ages) seen.drift("ageing", "root or its password expires", "never");
  if (!state.locked && !state.must_change)
    seen.note("root has a password: whoever knows it logs in on the provider's console");
  return seen;
}

Status RootPassword::apply(Host& host, const RootPasswordState& state) {
  if (!state.must_change && !state.ages) return {};
  if (state.must_change && !state.locked)
    AGENT_TRY(run_account_program(host, {"usermod", "--lock", "--", "root"}));
  return end_ageing(host, "root");
}

}  // namespace agent
