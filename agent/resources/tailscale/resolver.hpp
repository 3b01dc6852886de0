// /etc/resolv.conf. Where there is no systemd-resolved, tailscaled takes it over when the node joins, and keeps what was there
// beside it (tailscale.com: net/dns/direct.go); it syncs neither. After a power cut the file was seen empty: no name is found any
// more, and tailscaled cannot reach the server that would tell it what to write. And because an empty file is not its own, it
// throws away what it has kept when it starts, or keeps the empty one instead (both seen). So the agent has a copy of its own.
#pragma once

#include "core/resource.hpp"

namespace agent {

class Resolver : public Resource {
 public:
  Resolver();
  [[nodiscard]] Result<Observation> observe(const Probe& probe) const override;
  [[nodiscard]] Status apply(Host& host, const Observation& seen) override;
};

}  // namespace agent
