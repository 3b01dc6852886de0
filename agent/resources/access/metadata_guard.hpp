// The cloud's metadata service goes on serving user-data, secrets and all, to any local process. Only root may reach it:
// an nftables table of our own (not UFW's), loaded by a unit of its own at every boot.
#pragma once

#include "core/resource.hpp"

namespace agent {

class MetadataGuard : public Resource {
 public:
  MetadataGuard();
  [[nodiscard]] Result<Observation> observe(const Probe& probe) const override;
  [[nodiscard]] Status apply(Host& host, const Observation& seen) override;
};

}  // namespace agent
