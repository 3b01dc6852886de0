// SPDX-License-Identifier: Apache-2.0
// UFW: deny in, allow out, everything on tailscale0. It needs tailscale/login, so it closes only when the
// tailnet is up. A change that would keep the operator out is put back.
#pragma once

#include <set>

#include "core/resource.hpp"
#include "profile/profile.hpp"
#include "resources/access/firewall_rollback.hpp"
#include "resources/access/operator_access.hpp"
#include "resources/access/ufw_rule.hpp"

namespace agent {

struct UfwState {
  firewall_rollback::State trial;
  std::vector<std::string> empty_files;  // those for rules
  bool ipv6 = false;                     // ufw filters it at all
  std::vector<UfwRule> rules;            // those added, in force or not
  bool active = false;
  // What is in force; known only while it is active.
  std::string incoming, outgoing;  // the default policies
  bool tailnet_v6 = false;         // the tailnet's rule holds for IPv6 as well
};

class Ufw : public ResourceOf<UfwState> {
 public:
  Ufw(const Profile& profile, std::optional<NewConnection> session);
  [[nodiscard]] Result<UfwState> look(const Probe& probe) const override;
  [[nodiscard]] Observation describe(const UfwState& state) const override;
  [[nodiscard]] Status apply(Host& host, const UfwState& state) override;

 private:
  [[nodiscard]] std::vector<UfwRule> missing(const UfwState& state) const;
  [[nodiscard]] std::vector<UfwRule> unwanted(const UfwState& state) const;
  [[nodiscard]] bool in_sync(const UfwState& state) const;
  [[nodiscard]] Status change(Host& host, const UfwState& state) const;

  std::set<UfwRule> wanted_;  // the rules that must be there, and the only ones
  OperatorAccess operator_access_;
};

}  // namespace agent
