// SPDX-License-Identifier: Apache-2.0
#include "resources/agent_units/reconcile_timer.hpp"

#include "core/paths.hpp"
#include "embedded.hpp"

namespace agent {
namespace {

const std::string service = "bootstrap-agent-reconcile.service";
const std::string timer = "bootstrap-agent-reconcile.timer";
const std::string enabled_by = paths::system_units + "timers.target.wants/" + timer;
constexpr Milliseconds job_timeout(30'000);

}  // namespace

ReconcileTimer::ReconcileTimer(bool wanted)
    : ResourceOf({"reconcile/timer", {}, {}}),
      service_(service, embedded::bootstrap_agent_reconcile_service, {}),
      timer_(timer, embedded::bootstrap_agent_reconcile_timer,
             {.enabled = true, .active = true, .program = {}}),
      wanted_(wanted) {}

Result<ReconcileTimerState> ReconcileTimer::look(const Probe& probe) const {
  ReconcileTimerState state;
  if (wanted_) {
    AGENT_TRY_ASSIGN(state.service, service_.look(probe));
    AGENT_TRY_ASSIGN(state.timer, timer_.look(probe));
    return state;
  }
  for (const auto& path : {paths::system_units + service, paths::system_units + timer, enabled_by}) {
    AGENT_TRY_ASSIGN(const auto present, probe.exists(path));
    if (present) state.left.push_back(path);
  }
  AGENT_TRY_ASSIGN(const auto unit, probe.unit(Scope::system(), timer));
  state.runs = unit.active_state == "active";
  return state;
}

Observation ReconcileTimer::describe(const ReconcileTimerState& state) const {
  Observation seen;
  if (wanted_) {
    service_.describe(state.service, seen);
    timer_.describe(state.timer, seen);
    return seen;
  }
  for (const auto& path : state.left) seen.drift(path, "present", "absent");
  if (state.runs) seen.drift("active", "active", "inactive");
  return seen;
}

Status ReconcileTimer::apply(Host& host, const ReconcileTimerState& state) {
  if (wanted_) {
    AGENT_TRY(service_.apply(host, state.service));
    return timer_.apply(host, state.timer);
  }
  if (state.left.empty() && !state.runs) return {};
  AGENT_TRY(host.stop_unit(Scope::system(), timer, job_timeout));
  // Only the service's file is removed. The service is not stopped, because this run may be the service.
  for (const auto& path : {enabled_by, paths::system_units + timer, paths::system_units + service})
    AGENT_TRY(host.remove(path));
  return host.reload_manager(Scope::system());
}

}  // namespace agent
