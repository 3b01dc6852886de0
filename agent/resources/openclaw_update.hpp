// Moving OpenClaw from one version to another. What the way back needs is kept until the new gateway is ready, and the way is
// taken when it is not: the old version, its unit and its configuration are put back and started again.
#pragma once

#include "core/ledger.hpp"
#include "core/resource.hpp"
#include "profile/profile.hpp"
#include "resources/artifact.hpp"

namespace agent {

// Before `current` moves away from a version: keeps its name, the gateway's unit and its configuration in one root-only file.
// What an update that was cut off has kept stays, since no later version was ever seen to be ready. Keeps nothing before the
// first boot is over: there is nothing yet to go back to.
[[nodiscard]] Status keep_way_back(Host& host, const Artifact& openclaw, const std::string& user);

// Runs after all others, whatever became of them. Ends an update, one way or the other, and keeps the newest two versions.
class OpenclawUpdate : public Resource {
 public:
  static constexpr const char* resource_name = "openclaw/update";

  OpenclawUpdate(const Profile& profile, const Ledger& ledger);
  [[nodiscard]] Result<Observation> observe(const Probe& probe) const override;
  [[nodiscard]] Status apply(Host& host, const Observation& seen) override;

 private:
  // The versions that are neither the pinned one, nor in use, nor the newest beside it.
  [[nodiscard]] Result<std::vector<std::string>> outdated(const Probe& probe) const;

  std::string user_;
  Artifact artifact_;
  Profile::Gateway gateway_;
  const Ledger& ledger_;
};

}  // namespace agent
