// This node is joined to the owner's tailnet, with the settings of the profile. The key is used once, from a file on tmpfs;
// the desired state is "is logged in", not "up was run".
#pragma once

#include "core/resource.hpp"
#include "profile/profile.hpp"
#include "resources/tailscale/status.hpp"

namespace agent {

class TailscaleLogin : public Resource {
 public:
  TailscaleLogin(const Profile& profile, const Secret& auth_key);
  [[nodiscard]] Result<Observation> observe(const Probe& probe) const override;
  [[nodiscard]] Status apply(Host& host, const Observation& seen) override;

 private:
  [[nodiscard]] Status settle(Host& host) const;
  [[nodiscard]] Status join(Host& host) const;
  [[nodiscard]] Result<Completed> up(Host& host) const;
  [[nodiscard]] Status give_up(Host& host, const Completed& tried, const TailscaleStatus& status, bool was_member) const;
  [[nodiscard]] Status set_preferences(Host& host) const;
  void describe(const Probe& probe, const TailscaleStatus& status, Observation& seen) const;

  Profile::Tailscale wanted_;
  const Secret& auth_key_;
};

}  // namespace agent
