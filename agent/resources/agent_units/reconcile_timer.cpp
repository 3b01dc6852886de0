#include "resources/agent_units/reconcile_timer.hpp"

#include "core/paths.hpp"
#include "embedded.hpp"
#include "resources/common/systemd_unit.hpp"

namespace agent {
namespace {

const std::string service = "bootstrap-agent-reconcile.service";
const std::string timer = "bootstrap-agent-reconcile.timer";
const std::string enabled_by = paths::system_units + "timers.target.wants/" + timer;
constexpr Milliseconds job_timeout(30'000);

}  // namespace

ReconcileTimer::ReconcileTimer(bool wanted) : Resource({"reconcile/timer", {}, {}}), wanted_(wanted) {}

Result<Observation> ReconcileTimer::observe_none(const Probe& probe) {
  Observation seen;
  for (const auto& path : {paths::system_units + service, paths::system_units + timer, enabled_by}) {
    AGENT_TRY_ASSIGN(auto info, probe.stat(path));
    seen.expect(path, info ? "present" : "absent", "absent");
  }
  AGENT_TRY_ASSIGN(auto unit, probe.unit(Scope::system(), timer));
  if (unit.active_state == "active") seen.drift("active", unit.active_state, "inactive");
  return seen;
}

Result<Observation> ReconcileTimer::observe(const Probe& probe) const {
  if (!wanted_) return observe_none(probe);
  Observation seen;
  AGENT_TRY(observe_unit_file(probe, service, embedded::bootstrap_agent_reconcile_service, seen));
  AGENT_TRY(observe_system_unit(probe, timer, embedded::bootstrap_agent_reconcile_timer, "", seen));
  return seen;
}

Status ReconcileTimer::apply(Host& host, const Observation& seen) {
  if (wanted_) {
    AGENT_TRY(apply_unit_file(host, service, embedded::bootstrap_agent_reconcile_service, seen));
    return apply_system_unit(host, timer, embedded::bootstrap_agent_reconcile_timer, seen);
  }
  AGENT_TRY(host.stop_unit(Scope::system(), timer, job_timeout));
  // The service's file goes, not the service: this very run may be its.
  for (const auto& path : {enabled_by, paths::system_units + timer, paths::system_units + service}) AGENT_TRY(host.remove(path));
  return host.reload_manager(Scope::system());
}

}  // namespace agent
