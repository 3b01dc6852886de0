#include "resources/common/systemd_unit.hpp"

#include "core/paths.hpp"

namespace agent {
namespace {

constexpr Milliseconds start_timeout(60'000);

// Drop-ins of the distribution or the owner (in /etc) change what runs: they are named, and the owner's are removed.
bool ours_to_remove(const std::string& drop_in) { return drop_in.starts_with(paths::system_units); }

void observe_drop_ins(const UnitState& unit, Observation& seen) {
  for (const auto& drop_in : unit.drop_in_paths)
    if (ours_to_remove(drop_in)) seen.drift("drop-in " + drop_in, "present", "absent");
  if (unit.need_daemon_reload) seen.drift("loaded", "an older file", "the file on disk");
}

Status remove_drop_ins(Host& host, const Observation& seen) {
  for (const auto& drift : seen.drifts)
    if (drift.field.starts_with("drop-in ")) AGENT_TRY(host.remove(drift.field.substr(8)));
  return {};
}

}  // namespace

Status observe_unit_file(const Probe& probe, const std::string& name, std::string_view content, Observation& seen) {
  auto text = probe.read_file(paths::system_units + name);
  seen.expect(name, text ? (*text == content ? "as shipped" : "changed") : "absent", "as shipped");
  AGENT_TRY_ASSIGN(auto unit, probe.unit(Scope::system(), name));
  observe_drop_ins(unit, seen);
  return {};
}

Status apply_unit_file(Host& host, const std::string& name, std::string_view content, const Observation& seen) {
  AGENT_TRY(remove_drop_ins(host, seen));
  if (seen.has(name)) AGENT_TRY(host.write_file(paths::system_units + name, content, {0644}));
  return {};
}

Status observe_system_unit(const Probe& probe, const std::string& name, std::string_view content, const std::string& program,
                           Observation& seen) {
  auto text = probe.read_file(paths::system_units + name);
  seen.expect("unit file", text ? (*text == content ? "as shipped" : "changed") : "absent", "as shipped");
  AGENT_TRY_ASSIGN(auto unit, probe.unit(Scope::system(), name));
  if (text && unit.fragment_path != paths::system_units + name && unit.load_state != "not-found")
    seen.drift("fragment path", unit.fragment_path.empty() ? unit.load_state : unit.fragment_path, paths::system_units + name);
  observe_drop_ins(unit, seen);
  seen.expect("enabled", unit.unit_file_state, "enabled");
  seen.expect("active", unit.active_state, "active");
  if (program.empty() || unit.active_state != "active") return {};
  auto runs = probe.read_link(fmt::format("/proc/{}/exe", unit.main_pid));
  seen.expect("program", runs ? *runs : "unknown", program);
  return {};
}

Status apply_system_unit(Host& host, const std::string& name, std::string_view content, const Observation& seen) {
  const auto scope = Scope::system();
  AGENT_TRY(remove_drop_ins(host, seen));
  // Also when the file is right but another one is in force: a mask in /run, say.
  if (seen.has("unit file")) AGENT_TRY(host.write_file(paths::system_units + name, content, {0644}));
  if (seen.has("unit file") || seen.has("loaded") || seen.has("fragment path")) AGENT_TRY(host.reload_manager(scope));
  AGENT_TRY(host.enable_unit(scope, name));
  AGENT_TRY(host.reload_manager(scope));
  if (seen.drifts.size() == 1 && seen.has("enabled")) return {};  // what runs is right
  if (seen.has("active")) AGENT_TRY(host.reset_failed(scope, name));
  // A restart starts what is stopped, too; and only it makes a running one execute something else.
  return host.restart_unit(scope, name, start_timeout);
}

}  // namespace agent
