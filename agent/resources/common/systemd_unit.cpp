// SPDX-License-Identifier: Apache-2.0
#include "resources/common/systemd_unit.hpp"

#include "core/paths.hpp"

namespace agent {
namespace {

constexpr Milliseconds start_timeout(60'000);

}  // namespace

SystemdUnit::SystemdUnit(std::string name, std::string_view content, Wanted wanted)
    : name_(std::move(name)), content_(content), wanted_(std::move(wanted)) {}

std::string SystemdUnit::path() const { return paths::system_units + name_; }

Result<SystemdUnit::State> SystemdUnit::look(const Probe& probe) const {
  State state;
  const auto text = probe.read_file(path());
  if (text) state.file = *text == content_ ? State::File::as_shipped : State::File::changed;
  AGENT_TRY_ASSIGN(const auto unit, probe.unit(Scope::system(), name_));
  if (wanted_.active && text && unit.fragment_path != path() && unit.load_state != "not-found")
    state.other_file = unit.fragment_path.empty() ? unit.load_state : unit.fragment_path;
  for (const auto& drop_in : unit.drop_in_paths)
    if (drop_in.starts_with(paths::system_units)) state.drop_ins.push_back(drop_in);
  state.loaded = !unit.need_daemon_reload;
  state.enabled = unit.unit_file_state;
  state.active = unit.active_state;
  if (wanted_.program.empty() || unit.active_state != "active") return state;
  const auto program = probe.read_link(fmt::format("/proc/{}/exe", unit.main_pid));
  state.program = program ? *program : "unknown";
  return state;
}

void SystemdUnit::describe(const State& state, Observation& seen) const {
  if (state.file != State::File::as_shipped)
    seen.drift(wanted_.active ? "unit file" : name_, state.file == State::File::absent ? "absent" : "changed",
               "as shipped");
  if (!state.other_file.empty()) seen.drift("fragment path", state.other_file, path());
  for (const auto& drop_in : state.drop_ins) seen.drift("drop-in " + drop_in, "present", "absent");
  if (!state.loaded) seen.drift("loaded", "an older file", "the file on disk");
  if (wanted_.enabled) seen.expect("enabled", state.enabled, "enabled");
  if (wanted_.active) seen.expect("active", state.active, "active");
  if (!state.program.empty()) seen.expect("program", state.program, wanted_.program);
}

bool SystemdUnit::files_are_right(const State& state) const {
  return state.file == State::File::as_shipped && state.other_file.empty() && state.drop_ins.empty() &&
         state.loaded;
}

bool SystemdUnit::runs(const State& state) const {
  return !wanted_.active ||
         (state.active == "active" && (state.program.empty() || state.program == wanted_.program));
}

bool SystemdUnit::in_sync(const State& state) const {
  return files_are_right(state) && (!wanted_.enabled || state.enabled == "enabled") && runs(state);
}

Status SystemdUnit::apply(Host& host, const State& state) const {
  const auto scope = Scope::system();
  if (in_sync(state)) return {};
  for (const auto& drop_in : state.drop_ins) AGENT_TRY(host.remove(drop_in));
  if (state.file != State::File::as_shipped) AGENT_TRY(host.write_file(path(), content_, {0644}));
  AGENT_TRY(host.reload_manager(scope));
  if (wanted_.enabled) {  // also when it is enabled already: another file may be in force, such as a mask in
                          // /run
    AGENT_TRY(host.enable_unit(scope, name_));
    AGENT_TRY(host.reload_manager(scope));
  }
  if (!wanted_.active || (files_are_right(state) && runs(state))) return {};
  if (state.active != "active") AGENT_TRY(host.reset_failed(scope, name_));
  // A restart also starts a stopped unit. And only a restart makes a running unit execute another program.
  return host.restart_unit(scope, name_, start_timeout);
}

}  // namespace agent
