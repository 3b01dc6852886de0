// Moving OpenClaw from one version, or from one set of secrets, to another. What the way back needs is kept until the new gateway is
// ready, and the way is taken when it is not: the old version, its unit, its configuration and its secrets are put back and started.
#pragma once

#include "core/ledger.hpp"
#include "core/resource.hpp"
#include "profile/profile.hpp"
#include "resources/common/artifact.hpp"

namespace agent {

// Held by the resources that may keep the way back, so that only one of them does.
inline constexpr const char* snapshot_token = "openclaw way back";

// Before `current` moves away from a version, or .env is changed: keeps the version's name, the gateway's unit, its configuration and
// its .env in one root-only file.
// What an update that was cut off has kept stays, since no later version was ever seen to be ready. Keeps nothing before the
// first boot is over: there is nothing yet to go back to.
[[nodiscard]] Status keep_snapshot(Host& host, const Artifact& openclaw, const std::string& user);

struct Snapshot;

// Runs after all others, whatever became of them. Ends an update or a change of secrets, one way or the other, and keeps the newest
// two versions.
class OpenclawUpdate : public Resource {
 public:
  static constexpr const char* resource_name = "openclaw/update";

  OpenclawUpdate(const Profile& profile, const Ledger& ledger);
  [[nodiscard]] Result<Observation> observe(const Probe& probe) const override;
  [[nodiscard]] Status apply(Host& host, const Observation& seen) override;

 private:
  [[nodiscard]] Status return_to(Host& host, const Snapshot& back, const User& user) const;
  // The versions that are neither the pinned one, nor in use, nor the newest beside it.
  [[nodiscard]] Result<std::vector<std::string>> outdated(const Probe& probe) const;

  std::string user_;
  Artifact artifact_;
  Profile::Gateway gateway_;
  const Ledger& ledger_;
};

}  // namespace agent
