#include "resources/boot.hpp"

#include "embedded.hpp"
#include "resources/paths.hpp"
#include "resources/system_unit.hpp"

namespace agent {

Boot::Boot() : Resource({"boot", {}, {}}) {}

Result<Observation> Boot::observe(const Probe& probe) const {
  Observation seen;
  AGENT_TRY(observe_unit_file(probe, paths::boot_unit, embedded::bootstrap_agent_service, seen));
  auto unit = probe.unit(Scope::system(), paths::boot_unit);
  if (!unit) return pass(std::move(unit), paths::boot_unit);
  seen.expect("enabled", unit->unit_file_state, "enabled");
  return seen;
}

Status Boot::apply(Host& host, const Observation& seen) {
  AGENT_TRY(apply_unit_file(host, paths::boot_unit, embedded::bootstrap_agent_service, seen));
  AGENT_TRY(host.reload_manager(Scope::system()));
  AGENT_TRY(host.enable_unit(Scope::system(), paths::boot_unit));
  return host.reload_manager(Scope::system());
}

}  // namespace agent
