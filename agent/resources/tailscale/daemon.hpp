// Tailscale's programs and its daemon.
#pragma once

#include "core/resource.hpp"
#include "profile/profile.hpp"
#include "resources/common/artifact.hpp"

namespace agent {

class TailscalePackage : public Resource {
 public:
  explicit TailscalePackage(const Profile& profile);
  [[nodiscard]] Result<Observation> observe(const Probe& probe) const override;
  [[nodiscard]] Status apply(Host& host, const Observation& seen) override;

 private:
  Artifact artifact_;
  PinnedDownload download_;
  Profile::Limits limits_;
};

// tailscaled.service: our unit, enabled, running what the current version is.
class TailscaleService : public Resource {
 public:
  explicit TailscaleService(const Profile& profile);
  [[nodiscard]] Result<Observation> observe(const Probe& probe) const override;
  [[nodiscard]] Status apply(Host& host, const Observation& seen) override;

 private:
  std::string program_;  // what its main process must be
};

}  // namespace agent
