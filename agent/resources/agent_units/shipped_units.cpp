#include "resources/agent_units/shipped_units.hpp"

#include "core/paths.hpp"
#include "embedded.hpp"
#include "resources/common/systemd_unit.hpp"

namespace agent {

ShippedUnits::ShippedUnits(std::string name, Files files) : Resource({std::move(name), {}, {}}), files_(std::move(files)) {}

std::unique_ptr<ShippedUnits> ShippedUnits::boot() {
  return std::make_unique<ShippedUnits>("boot", Files{{paths::boot_unit, embedded::bootstrap_agent_service}});
}

std::unique_ptr<ShippedUnits> ShippedUnits::firewall_revert() {
  return std::make_unique<ShippedUnits>("ufw/revert",
                                        Files{{"bootstrap-agent-revert.service", embedded::bootstrap_agent_revert_service},
                                              {"bootstrap-agent-revert.timer", embedded::bootstrap_agent_revert_timer}});
}

Result<Observation> ShippedUnits::observe(const Probe& probe) const {
  Observation seen;
  for (const auto& [unit, content] : files_) AGENT_TRY(observe_unit_file(probe, unit, content, seen));
  AGENT_TRY_ASSIGN(auto enabled, probe.unit(Scope::system(), files_.front().first));
  seen.expect("enabled", enabled.unit_file_state, "enabled");
  return seen;
}

Status ShippedUnits::apply(Host& host, const Observation& seen) {
  for (const auto& [unit, content] : files_) AGENT_TRY(apply_unit_file(host, unit, content, seen));
  AGENT_TRY(host.reload_manager(Scope::system()));
  AGENT_TRY(host.enable_unit(Scope::system(), files_.front().first));
  return host.reload_manager(Scope::system());
}

}  // namespace agent
