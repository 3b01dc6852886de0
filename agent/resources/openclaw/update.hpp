// SPDX-License-Identifier: Apache-2.0
// Finishes a change of OpenClaw's version or secrets. When the new gateway is ready, the snapshot is removed.
// When it is not, the snapshot is put back: the old version, its unit, its configuration and its secrets.
#pragma once

#include "core/ledger.hpp"
#include "core/resource.hpp"
#include "profile/profile.hpp"
#include "resources/common/artifact.hpp"
#include "resources/openclaw/program/snapshot.hpp"

namespace agent {

struct OpenclawUpdateState {
  std::optional<std::string> kept_version;  // the snapshot's version; none: there is no snapshot
  bool half_destroyed = false;              // the snapshot's file exists, but its contents are destroyed
  std::vector<std::string>
      outdated;  // versions to be removed; empty while there is a snapshot, which may need one of them
};

// Runs after all other resources, even when they failed. Finishes an update or a change of secrets, forward
// or back, and keeps the newest two versions.
class OpenclawUpdate : public ResourceOf<OpenclawUpdateState> {
 public:
  static constexpr const char* resource_name = "openclaw/update";

  OpenclawUpdate(const Profile& profile, const Ledger& ledger);
  [[nodiscard]] Result<OpenclawUpdateState> look(const Probe& probe) const override;
  [[nodiscard]] Observation describe(const OpenclawUpdateState& state) const override;
  [[nodiscard]] Status apply(Host& host, const OpenclawUpdateState& state) override;

 private:
  // Goes back when the new gateway is not ready. Then it returns an error, because the desired state was not
  // reached.
  [[nodiscard]] Status go_back_if_needed(Host& host) const;
  [[nodiscard]] Status go_back(Host& host, const Snapshot& snapshot, const User& user) const;
  // The versions that are not the profile's, not in use, and not the newest of the others.
  [[nodiscard]] Result<std::vector<std::string>> outdated(const Probe& probe) const;

  std::string user_;
  Artifact artifact_;
  Profile::Gateway gateway_;
  const Ledger& ledger_;
};

}  // namespace agent
