// SPDX-License-Identifier: Apache-2.0
// Somebody can log in over the tailnet, as far as tailscaled knows: "joined" does not mean that. What would
// close other access for good (sshd's passwords, the accounts' passwords and rights) needs this.
#pragma once

#include "core/resource.hpp"
#include "profile/profile.hpp"

namespace agent {

struct TailscaleAccessState {
  std::string denied;  // why nobody can, in tailscaled's words; empty: nothing says so
  bool locked_out = false;
  std::string node_key;
};

class TailscaleAccess : public ResourceOf<TailscaleAccessState> {
 public:
  explicit TailscaleAccess(const Profile& profile);
  [[nodiscard]] Result<TailscaleAccessState> look(const Probe& probe) const override;
  [[nodiscard]] Observation describe(const TailscaleAccessState& state) const override;
  // Nothing on this server can change it. The Error says what the owner can do, and may pass.
  [[nodiscard]] Status apply(Host& host, const TailscaleAccessState& state) override;

 private:
  bool ssh_;
};

}  // namespace agent
