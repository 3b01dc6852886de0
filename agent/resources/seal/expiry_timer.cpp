// SPDX-License-Identifier: Apache-2.0
#include "resources/seal/expiry_timer.hpp"

#include "base/utc.hpp"
#include "core/paths.hpp"

namespace agent {
namespace {

const std::string timer = "bootstrap-agent-expiry.timer";
const std::string file = paths::system_units + timer;
const std::string enabled_by = paths::system_units + "timers.target.wants/" + timer;
constexpr Milliseconds job_timeout(30'000);

// systemd.time(7). One minute later than the expiry: a timer counts whole seconds, and exactly at the expiry
// the secrets are not yet too old.
std::string unit_text(std::chrono::system_clock::time_point expiry) {
  auto at = utc(expiry + std::chrono::minutes(1));
  at.replace(at.find('T'), 1, " ");
  at.replace(at.find('Z'), 1, " UTC");
  return "# Made by bootstrap-agent: destroys the secrets that a failed run has kept for the next one, if "
         "nothing has used them by then.\n"
         "[Unit]\nDescription=bootstrap-agent: destroy the secrets that were kept too long\n\n"
         "[Timer]\nOnCalendar=" +
         at + "\nPersistent=true\nUnit=" + paths::boot_unit + "\n\n[Install]\nWantedBy=timers.target\n";
}

}  // namespace

Result<bool> expiry_is_set(const Probe& probe, const Expiry& expiry) {
  AGENT_TRY_ASSIGN(const bool there, probe.exists(file));
  AGENT_TRY_ASSIGN(const bool enabled, probe.exists(enabled_by));
  if (!expiry) return !there && !enabled;
  const auto text = probe.read_file(file);
  return enabled && text && *text == unit_text(*expiry);
}

Status set_expiry(Host& host, const Expiry& expiry) {
  AGENT_TRY_ASSIGN(const bool done, expiry_is_set(host, expiry));
  if (done) return {};
  const auto scope = Scope::system();
  if (!expiry) {
    AGENT_TRY(host.stop_unit(scope, timer, job_timeout));
    for (const auto& path : {enabled_by, file}) AGENT_TRY(host.remove(path));
    return host.reload_manager(scope);
  }
  AGENT_TRY(host.write_file(file, unit_text(*expiry), {0644}));
  AGENT_TRY(host.reload_manager(scope));
  AGENT_TRY(host.restart_unit(scope, timer, job_timeout));
  return host.enable_unit(scope, timer);  // last: the link shows that everything is done
}

}  // namespace agent
