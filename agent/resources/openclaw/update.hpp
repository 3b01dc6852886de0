// SPDX-License-Identifier: Apache-2.0
// The end of OpenClaw's move from one version, or from one set of secrets, to another. When the new gateway
// is ready, the snapshot goes. When it is not, the snapshot is put back: the old version, its unit, its
// configuration and its secrets.
#pragma once

#include "core/ledger.hpp"
#include "core/resource.hpp"
#include "profile/profile.hpp"
#include "resources/common/artifact.hpp"
#include "resources/openclaw/snapshot.hpp"

namespace agent {

struct OpenclawUpdateState {
  std::optional<std::string> kept_version;  // of the snapshot; none: nothing moves
  bool half_destroyed = false;              // its file is there, and no snapshot in it any more
  std::vector<std::string>
      outdated;  // versions to be removed; looked for when there is no snapshot: it may need one
};

// Runs after all others, whatever became of them. Ends an update or a change of secrets, one way or the
// other, and keeps the newest two versions.
class OpenclawUpdate : public ResourceOf<OpenclawUpdateState> {
 public:
  static constexpr const char* resource_name = "openclaw/update";

  OpenclawUpdate(const Profile& profile, const Ledger& ledger);
  [[nodiscard]] Result<OpenclawUpdateState> look(const Probe& probe) const override;
  [[nodiscard]] Observation describe(const OpenclawUpdateState& state) const override;
  [[nodiscard]] Status apply(Host& host, const OpenclawUpdateState& state) override;

 private:
  // Goes back when the new gateway is not ready. An error when it went back: what was asked for is not what
  // there is.
  [[nodiscard]] Status go_back_if_needed(Host& host) const;
  [[nodiscard]] Status go_back(Host& host, const Snapshot& snapshot, const User& user) const;
  // The versions that are neither the profile's, nor in use, nor the newest beside it.
  [[nodiscard]] Result<std::vector<std::string>> outdated(const Probe& probe) const;

  std::string user_;
  Artifact artifact_;
  Profile::Gateway gateway_;
  const Ledger& ledger_;
};

}  // namespace agent
