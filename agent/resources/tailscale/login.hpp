// SPDX-License-Identifier: Apache-2.0
// Joins this node to the owner's tailnet, with the settings of the profile. The key is used once, from a file
// on tmpfs. The desired state is "is logged in", not "`tailscale up` was run".
#pragma once

#include <chrono>
#include <optional>

#include "core/resource.hpp"
#include "profile/profile.hpp"
#include "resources/tailscale/status.hpp"

namespace agent {

struct TailscaleLoginState {
  bool key_file_left = false;          // by an interrupted run
  bool another_servers_state = false;  // kept until this join is on the disk (identity.hpp)
  TailscaleStatus status;
  TailscalePrefs prefs;
  std::optional<std::chrono::days> key_expires_in;
};

class TailscaleLogin : public ResourceOf<TailscaleLoginState> {
 public:
  TailscaleLogin(const Profile& profile, const Secret& auth_key);
  [[nodiscard]] Result<TailscaleLoginState> look(const Probe& probe) const override;
  [[nodiscard]] Observation describe(const TailscaleLoginState& state) const override;
  [[nodiscard]] Status apply(Host& host, const TailscaleLoginState& state) override;

 private:
  [[nodiscard]] bool has_other_server(const TailscaleLoginState& state) const;
  [[nodiscard]] bool in_sync(const TailscaleLoginState& state) const;
  void add_notes(const TailscaleLoginState& state, Observation& seen) const;
  [[nodiscard]] Status settle(Host& host) const;
  [[nodiscard]] Status join(Host& host) const;
  [[nodiscard]] Command up() const;
  [[nodiscard]] Result<Completed> run_up(Host& host) const;
  [[nodiscard]] Status give_up(Host& host, const Completed& tried, const TailscaleStatus& status,
                               bool was_member) const;
  [[nodiscard]] Status set_preferences(Host& host) const;

  Profile::Tailscale wanted_;
  const Secret& auth_key_;
};

}  // namespace agent
