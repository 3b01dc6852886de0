// SPDX-License-Identifier: Apache-2.0
// The passwords of the gateway's user and of root.
#pragma once

#include "core/resource.hpp"

namespace agent {

struct UserPasswordState {
  bool locked = true;  // also when there is no account yet: it will be made without a password
};

// The gateway's user has no password.
class UserPassword : public ResourceOf<UserPasswordState> {
 public:
  explicit UserPassword(std::string user);
  [[nodiscard]] Result<UserPasswordState> look(const Probe& probe) const override;
  [[nodiscard]] Observation describe(const UserPasswordState& state) const override;
  [[nodiscard]] Status apply(Host& host, const UserPasswordState& state) override;

 private:
  std::string user_;
};

struct RootPasswordState {
  bool locked = true;
  bool must_change = false;  // at the next login
  bool ages = false;
};

// A server that is made without an SSH key comes with a root password that was mailed and has expired. An
// interactive `ssh root@NODE` over Tailscale SSH would ask for it. So that password is locked, once the
// operator is seen to get in without it. A password that somebody sets later stays: it is the last access, by
// the console.
class RootPassword : public ResourceOf<RootPasswordState> {
 public:
  RootPassword() : ResourceOf({"root/password", {"sshd"}, {"accounts"}}) {}
  [[nodiscard]] Result<RootPasswordState> look(const Probe& probe) const override;
  [[nodiscard]] Observation describe(const RootPasswordState& state) const override;
  [[nodiscard]] Status apply(Host& host, const RootPasswordState& state) override;
};

}  // namespace agent
