// SPDX-License-Identifier: Apache-2.0
// How the operator connects: the SSH session that the run was started from, or the tailnet.
#pragma once

#include <optional>

#include "ports/host.hpp"
#include "profile/profile.hpp"

namespace agent {

class OperatorAccess {
 public:
  OperatorAccess(const Profile& profile, std::optional<NewConnection> session);

  // Whether the control server answers a new connection. Without it, access through the tailnet stops sooner
  // or later.
  [[nodiscard]] bool reaches_control(const Probe& probe) const;

  // Whether the firewall accepts a new connection of the operator. The Error says who would be locked out,
  // and what to do.
  [[nodiscard]] Status is_open(Host& host) const;

 private:
  std::string control_url_;
  std::string hostname_;
  std::optional<NewConnection> session_;
};

}  // namespace agent
