// The units that put the firewall back when a change of it is not confirmed (firewall_trial.hpp). There before any change.
#pragma once

#include "core/resource.hpp"

namespace agent {

class FirewallRevert : public Resource {
 public:
  FirewallRevert();
  [[nodiscard]] Result<Observation> observe(const Probe& probe) const override;
  [[nodiscard]] Status apply(Host& host, const Observation& seen) override;
};

}  // namespace agent
