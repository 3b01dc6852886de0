// SPDX-License-Identifier: Apache-2.0
// Units of the agent's own that start by themselves: their files are as this agent ships them, and one of
// them is enabled.
#pragma once

#include <utility>

#include "core/resource.hpp"
#include "resources/common/systemd_unit.hpp"

namespace agent {

struct ShippedUnitsState {
  std::vector<SystemdUnit::State> units;  // in the order of the files
};

class ShippedUnits : public ResourceOf<ShippedUnitsState> {
 public:
  using Files = std::vector<std::pair<std::string, std::string_view>>;  // a unit's name and its content,
                                                                        // which outlives this
  // `name`: the resource's. The first of the files is the one that is enabled.
  ShippedUnits(std::string name, const Files& files);
  [[nodiscard]] Result<ShippedUnitsState> look(const Probe& probe) const override;
  [[nodiscard]] Observation describe(const ShippedUnitsState& state) const override;
  [[nodiscard]] Status apply(Host& host, const ShippedUnitsState& state) override;

  // The unit that runs the agent at every boot: a first boot that was cut off goes on by it, and user-data
  // that cloud-init writes anew is destroyed. The first act of a first boot makes it already
  // (commands/enforce.cpp).
  static std::unique_ptr<ShippedUnits> boot();
  // What puts the firewall back when a change of it is not confirmed (access/firewall_rollback.hpp). There
  // before any change.
  static std::unique_ptr<ShippedUnits> firewall_revert();

 private:
  std::vector<SystemdUnit> units_;
};

}  // namespace agent
