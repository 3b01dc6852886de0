// SPDX-License-Identifier: Apache-2.0
// The way by which the operator gets in: the SSH session that the run was started from, or the tailnet.
#pragma once

#include <optional>

#include "ports/host.hpp"
#include "profile/profile.hpp"

namespace agent {

class OperatorAccess {
 public:
  OperatorAccess(const Profile& profile, std::optional<NewConnection> session);

  // Whether the control server answers a new connection: without it the tailnet's way in ends sooner or
  // later.
  [[nodiscard]] bool reaches_control(const Probe& probe) const;

  // Whether the firewall lets the operator in anew; an Error says who would be kept out, and what to do.
  [[nodiscard]] Status is_open(Host& host) const;

 private:
  std::string control_url_;
  std::string hostname_;
  std::optional<NewConnection> session_;
};

}  // namespace agent
