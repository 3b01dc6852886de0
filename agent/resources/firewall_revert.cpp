#include "resources/firewall_revert.hpp"

#include "embedded.hpp"
#include "resources/system_unit.hpp"

namespace agent {
namespace {

const std::string service = "bootstrap-agent-revert.service";
const std::string timer = "bootstrap-agent-revert.timer";

}  // namespace

FirewallRevert::FirewallRevert() : Resource({"ufw/revert", {}, {}}) {}

Result<Observation> FirewallRevert::observe(const Probe& probe) const {
  Observation seen;
  AGENT_TRY(observe_unit_file(probe, service, embedded::bootstrap_agent_revert_service, seen));
  AGENT_TRY(observe_unit_file(probe, timer, embedded::bootstrap_agent_revert_timer, seen));
  auto unit = probe.unit(Scope::system(), service);
  if (!unit) return pass(std::move(unit), service);
  seen.expect("enabled", unit->unit_file_state, "enabled");
  return seen;
}

Status FirewallRevert::apply(Host& host, const Observation& seen) {
  AGENT_TRY(apply_unit_file(host, service, embedded::bootstrap_agent_revert_service, seen));
  AGENT_TRY(apply_unit_file(host, timer, embedded::bootstrap_agent_revert_timer, seen));
  AGENT_TRY(host.reload_manager(Scope::system()));
  AGENT_TRY(host.enable_unit(Scope::system(), service));
  return host.reload_manager(Scope::system());
}

}  // namespace agent
