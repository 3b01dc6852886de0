// Units of the agent's own that start by themselves: their files are as this agent ships them, and one of them is enabled.
#pragma once

#include <utility>

#include "core/resource.hpp"

namespace agent {

class ShippedUnits : public Resource {
 public:
  using Files = std::vector<std::pair<std::string, std::string_view>>;  // a unit's name and its content, which outlives this
  // `name`: the resource's. The first of the files is the one that is enabled.
  ShippedUnits(std::string name, Files files);
  [[nodiscard]] Result<Observation> observe(const Probe& probe) const override;
  [[nodiscard]] Status apply(Host& host, const Observation& seen) override;

  // The unit that runs the agent at every boot: a first boot that was cut off goes on by it, and user-data that cloud-init writes anew
  // is destroyed. The first act of a first boot makes it already (commands/enforce.cpp).
  static std::unique_ptr<ShippedUnits> boot();
  // What puts the firewall back when a change of it is not confirmed (access/firewall_rollback.hpp). There before any change.
  static std::unique_ptr<ShippedUnits> firewall_revert();

 private:
  Files files_;
};

}  // namespace agent
