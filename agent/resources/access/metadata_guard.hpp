// SPDX-License-Identifier: Apache-2.0
// The cloud's metadata service keeps serving user-data, with its secrets, to every local process. This
// resource lets only root reach it: an nftables table of the agent (not of UFW), loaded by its own unit at
// every boot.
#pragma once

#include "core/resource.hpp"
#include "resources/common/own_file.hpp"
#include "resources/common/systemd_unit.hpp"

namespace agent {

struct MetadataGuardState {
  OwnFile rules_file = OwnFile::absent;
  OwnFile nftables_drop_in =
      OwnFile::absent;  // nftables.service, which flushes all rules, loads ours after it
  SystemdUnit::State unit;
  bool v4 = false;  // the kernel rejects every other user's packets to the service's IPv4 address
  bool v6 = false;  // the same for its IPv6 address
};

class MetadataGuard : public ResourceOf<MetadataGuardState> {
 public:
  MetadataGuard();
  [[nodiscard]] Result<MetadataGuardState> look(const Probe& probe) const override;
  [[nodiscard]] Observation describe(const MetadataGuardState& state) const override;
  [[nodiscard]] Status apply(Host& host, const MetadataGuardState& state) override;

 private:
  SystemdUnit unit_;
};

}  // namespace agent
