// SPDX-License-Identifier: Apache-2.0
// Tailscale's programs and its daemon.
#pragma once

#include "core/resource.hpp"
#include "profile/profile.hpp"
#include "resources/common/artifact.hpp"
#include "resources/common/systemd_unit.hpp"

namespace agent {

class TailscalePackage : public ResourceOf<Artifact::State> {
 public:
  explicit TailscalePackage(const Profile& profile);
  [[nodiscard]] Result<Artifact::State> look(const Probe& probe) const override;
  [[nodiscard]] Observation describe(const Artifact::State& state) const override;
  [[nodiscard]] Status apply(Host& host, const Artifact::State& state) override;

 private:
  Artifact artifact_;
  PinnedDownload download_;
  Profile::Limits limits_;
};

struct TailscaleServiceState {
  SystemdUnit::State unit;
  bool hangs = false;  // the unit is as it should be, and nothing answers on its socket
};

// tailscaled.service: our unit, enabled, running what the current version is.
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
