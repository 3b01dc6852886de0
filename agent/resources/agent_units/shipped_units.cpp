// SPDX-License-Identifier: Apache-2.0
#include "resources/agent_units/shipped_units.hpp"

#include "core/paths.hpp"
#include "embedded.hpp"

namespace agent {

ShippedUnits::ShippedUnits(std::string name, const Files& files) : ResourceOf({std::move(name), {}, {}}) {
  for (const auto& [unit, content] : files)
    units_.emplace_back(unit, content,
                        SystemdUnit::Wanted{.enabled = units_.empty(), .active = false, .program = {}});
}

std::unique_ptr<ShippedUnits> ShippedUnits::boot() {
  return std::make_unique<ShippedUnits>("boot", Files{{paths::boot_unit, embedded::bootstrap_agent_service}});
}

std::unique_ptr<ShippedUnits> ShippedUnits::firewall_revert() {
  return std::make_unique<ShippedUnits>(
      "ufw/revert", Files{{"bootstrap-agent-revert.service", embedded::bootstrap_agent_revert_service},
                          {"bootstrap-agent-revert.timer", embedded::bootstrap_agent_revert_timer}});
}

Result<ShippedUnitsState> ShippedUnits::look(const Probe& probe) const {
  ShippedUnitsState state;
  for (const auto& unit : units_) {
    AGENT_TRY_ASSIGN(auto seen, unit.look(probe));
    state.units.push_back(std::move(seen));
  }
  return state;
}

Observation ShippedUnits::describe(const ShippedUnitsState& state) const {
  Observation seen;
  for (std::size_t i = 0; i < units_.size(); ++i) units_[i].describe(state.units[i], seen);
  return seen;
}

Status ShippedUnits::apply(Host& host, const ShippedUnitsState& state) {
  for (std::size_t i = 0; i < units_.size(); ++i) AGENT_TRY(units_[i].apply(host, state.units[i]));
  return {};
}

}  // namespace agent
