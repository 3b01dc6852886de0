// SPDX-License-Identifier: Apache-2.0
// /etc/resolv.conf. Where there is no systemd-resolved, tailscaled takes it over when the node joins, and
// keeps what was there beside it (tailscale.com: net/dns/direct.go); it syncs neither. After a power cut the
// file was seen empty: no name is found any more, and tailscaled cannot reach the server that would tell it
// what to write. And because an empty file is not its own, it throws away what it has kept when it starts, or
// keeps the empty one instead (both seen). So the agent has a copy of its own.
#pragma once

#include "core/resource.hpp"

namespace agent {

// The texts of the three files; empty when absent.
struct ResolverState {
  bool foreign = false;  // a symlink, which is another program's affair: nothing else was looked at
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
