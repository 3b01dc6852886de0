// SPDX-License-Identifier: Apache-2.0
// Units of the agent that systemd starts. Their files must be as this agent ships them, and one of them must
// be enabled.
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
  // `name`: the resource's name. The first unit is enabled.
  ShippedUnits(std::string name, const Files& files);
  [[nodiscard]] Result<ShippedUnitsState> look(const Probe& probe) const override;
  [[nodiscard]] Observation describe(const ShippedUnitsState& state) const override;
  [[nodiscard]] Status apply(Host& host, const ShippedUnitsState& state) override;

  // The unit that runs the agent at every boot. It resumes an interrupted first boot, and destroys the
  // user-data that cloud-init writes at every boot. A first boot installs it at its very start
  // (commands/enforce.cpp).
  static std::unique_ptr<ShippedUnits> boot();
  // The units that put the firewall back when a change is not confirmed
  // (access/firewall/firewall_rollback.hpp). They are installed before any change.
  static std::unique_ptr<ShippedUnits> firewall_revert();

 private:
  std::vector<SystemdUnit> units_;
};

}  // namespace agent
