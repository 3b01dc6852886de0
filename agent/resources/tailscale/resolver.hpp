// SPDX-License-Identifier: Apache-2.0
// /etc/resolv.conf. Where there is no systemd-resolved, tailscaled replaces this file when the node joins,
// and keeps a backup of the old one beside it (tailscale.com: net/dns/direct.go). It syncs neither file.
// After a power cut the file was seen empty. Then no name can be resolved, and tailscaled cannot reach the
// server that would tell it what to write. When tailscaled starts with an empty file, it takes the file for a
// foreign one: it deletes its backup, or makes a backup of the empty file (both seen). So the agent keeps its
// own copy.
#pragma once

#include "core/resource.hpp"

namespace agent {

// The texts of the three files; empty when absent.
struct ResolverState {
  bool foreign = false;  // a symlink, which another program manages: nothing else was read
  std::string now;       // /etc/resolv.conf
  std::string before;    // tailscaled's backup of it
  std::string kept;      // our copy
};

class Resolver : public ResourceOf<ResolverState> {
 public:
  Resolver();
  [[nodiscard]] Result<ResolverState> look(const Probe& probe) const override;
  [[nodiscard]] Observation describe(const ResolverState& state) const override;
  [[nodiscard]] Status apply(Host& host, const ResolverState& state) override;
};

}  // namespace agent
