// The unit that runs the agent at every boot: a first boot that power cut off goes on by it, and user-data that cloud-init writes
// anew is destroyed. The first act of a first boot makes it already (commands/enforce.cpp); here it is kept as this agent ships it.
#pragma once

#include "core/resource.hpp"

namespace agent {

class Boot : public Resource {
 public:
  Boot();
  [[nodiscard]] Result<Observation> observe(const Probe& probe) const override;
  [[nodiscard]] Status apply(Host& host, const Observation& seen) override;
};

}  // namespace agent
