// SPDX-License-Identifier: Apache-2.0
// Tailscale's programs and its daemon.
#pragma once

#include "core/resource.hpp"
#include "profile/profile.hpp"
#include "resources/common/systemd_unit.hpp"

namespace agent {

[[nodiscard]] std::unique_ptr<Resource> tailscale_package(const Profile& profile);

struct TailscaleServiceState {
  SystemdUnit::State unit;
  bool hangs = false;  // the unit is as desired, but nothing answers on its socket
};

// tailscaled.service: our unit, enabled, and running the current version.
class TailscaleService : public ResourceOf<TailscaleServiceState> {
 public:
  explicit TailscaleService(const Profile& profile);
  [[nodiscard]] Result<TailscaleServiceState> look(const Probe& probe) const override;
  [[nodiscard]] Observation describe(const TailscaleServiceState& state) const override;
  [[nodiscard]] Status apply(Host& host, const TailscaleServiceState& state) override;

 private:
  SystemdUnit unit_;
};

}  // namespace agent
