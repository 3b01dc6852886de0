// SPDX-License-Identifier: Apache-2.0
// Local accounts: the gateway's unprivileged user, and the account that only builds OpenClaw.
#pragma once

#include <optional>

#include "core/resource.hpp"

namespace agent {

struct GatewayUserState {
  std::optional<User> account;
  bool home = false;       // its directory exists
  bool half_made = false;  // a run was interrupted while it made the account or its home
};

// The gateway's user. Its account never expires, or its manager would end with PAM's refusal. From the start
// it is in no group with root's power, because processes keep their groups.
class GatewayUser : public ResourceOf<GatewayUserState> {
 public:
  explicit GatewayUser(std::string user);
  [[nodiscard]] Result<GatewayUserState> look(const Probe& probe) const override;
  [[nodiscard]] Observation describe(const GatewayUserState& state) const override;
  [[nodiscard]] Status apply(Host& host, const GatewayUserState& state) override;

 private:
  [[nodiscard]] Status make(Host& host, const GatewayUserState& state) const;
  std::string user_;
};

struct BuildUserState {
  bool present = false;
};

// A system account without home, password or shell. npm runs as this account, and not as root or the
// gateway's user.
class BuildUser : public ResourceOf<BuildUserState> {
 public:
  BuildUser();
  [[nodiscard]] Result<BuildUserState> look(const Probe& probe) const override;
  [[nodiscard]] Observation describe(const BuildUserState& state) const override;
  [[nodiscard]] Status apply(Host& host, const BuildUserState& state) override;
};

struct LingerState {
  User user;
  bool marked = false;                   // logind starts the manager at boot
  std::string manager;                   // ActiveState of user@UID.service
  bool bus_answers = true;               // only an active manager is asked
  std::vector<std::string> held_groups;  // with root's power, from before they were taken from the account
};

// The user's manager starts at boot, without a session (loginctl(1) enable-linger).
class Linger : public ResourceOf<LingerState> {
 public:
  explicit Linger(std::string user);
  [[nodiscard]] Result<LingerState> look(const Probe& probe) const override;
  [[nodiscard]] Observation describe(const LingerState& state) const override;
  [[nodiscard]] Status apply(Host& host, const LingerState& state) override;

 private:
  std::string user_;
};

}  // namespace agent
