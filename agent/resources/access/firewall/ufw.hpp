// SPDX-License-Identifier: Apache-2.0
// UFW: deny incoming, allow outgoing, allow everything on tailscale0. It needs tailscale/login, so the public
// ports are closed only when the tailnet is up. A change that would lock the operator out is put back.
#pragma once

#include <set>

#include "core/resource.hpp"
#include "profile/profile.hpp"
#include "resources/access/firewall/firewall_rollback.hpp"
#include "resources/access/firewall/ufw_rule.hpp"
#include "resources/access/operator_access.hpp"

namespace agent {

struct UfwState {
  firewall_rollback::State rollback;
  std::vector<std::string>
      missing_settings;                  // when there are any, ufw answers nothing, and nothing else is known
  std::vector<std::string> empty_files;  // empty rule files
  bool ipv6 = false;                     // ufw filters IPv6
  std::vector<UfwRule> rules;            // all added rules, active or not
  bool active = false;
  // What is in force. Known only while ufw is active.
  std::string incoming, outgoing;  // the default policies
  bool tailnet_v6 = false;         // the tailnet's rule exists for IPv6 too
  bool keep_public_ssh = false;    // it is open, and nobody can log in over the tailnet
};

class Ufw : public ResourceOf<UfwState> {
 public:
  Ufw(const Profile& profile, std::optional<NewConnection> session);
  [[nodiscard]] Result<UfwState> look(const Probe& probe) const override;
  [[nodiscard]] Observation describe(const UfwState& state) const override;
  [[nodiscard]] Status apply(Host& host, const UfwState& state) override;

 private:
  [[nodiscard]] std::set<UfwRule> wanted(const UfwState& state) const;
  [[nodiscard]] std::vector<UfwRule> missing(const UfwState& state) const;
  [[nodiscard]] std::vector<UfwRule> unwanted(const UfwState& state) const;
  [[nodiscard]] bool in_sync(const UfwState& state) const;
  [[nodiscard]] Status change(Host& host, const UfwState& state) const;

  std::set<UfwRule> wanted_;  // exactly these rules must exist
  bool tailscale_ssh_;
  OperatorAccess operator_access_;
};

}  // namespace agent
