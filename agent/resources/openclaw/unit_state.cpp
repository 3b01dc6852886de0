// SPDX-License-Identifier: Apache-2.0
#include "resources/openclaw/unit_state.hpp"

#include "embedded.hpp"
#include "resources/common/openclaw_files.hpp"

namespace agent {
namespace {

using namespace openclaw;
using State = OpenclawUnitState;

std::string in_home(const User& user, const std::string& path) { return user.home + "/" + path; }

bool is_roots_drop_in(std::string_view path) {
  constexpr std::string_view theirs = "/etc/systemd/user/";
  if (!path.starts_with(theirs)) return false;
  path.remove_prefix(theirs.size());
  const auto of_unit = std::string(unit_name) + ".d/";
  return path.starts_with(of_unit) && path.ends_with(".conf") &&
         path.find('/', of_unit.size()) == std::string_view::npos;
}

// The path comes from the user's manager, or from a process that pretends to be it. So root removes such a
// file only in a directory where nobody but root can have put it. A file in the home is removed as the user.
State::DropIn foreign_drop_in(const User& user, const std::string& path) {
  if (path.starts_with(in_home(user, ""))) return {path, Path(user, path.substr(user.home.size() + 1))};
  if (is_roots_drop_in(path)) return {path, Path(path)};
  return {path, std::nullopt};
}

std::uint64_t microseconds(std::chrono::system_clock::time_point time) {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count());
}

// Directives that need user namespaces are in their own drop-in: where the kernel or AppArmor refuses user
// namespaces, the unit would not start with them.
State::OwnDropIn look_at_own_drop_in(const Probe& probe, const State& state) {
  const auto text = probe.read_file({state.user, own_drop_in});
  const std::string_view wanted =
      state.has_user_namespaces ? embedded::openclaw_gateway_userns_conf : std::string_view();
  if ((text ? std::string_view(*text) : std::string_view()) == wanted) return State::OwnDropIn::right;
  return text ? State::OwnDropIn::changed : State::OwnDropIn::absent;
}

Result<State::File> look_at_file(const Probe& probe, const User& user, const std::string& content) {
  auto text = probe.read_file({user, unit_file});
  if (text) return *text == content ? State::File::as_shipped : State::File::changed;
  // systemctl(1): a mask is a link to /dev/null in place of the unit file. Removing it does not follow the
  // link, so it is drift like an edit. Any other link is refused.
  const auto target = probe.read_link({user, unit_file});
  if (target && *target == "/dev/null") return State::File::masked;
  if (text.error().code == Errc::refused) return pass(std::move(text));
  return State::File::absent;
}

Result<std::vector<std::string>> list_foreign_units(const Probe& probe, const User& user) {
  AGENT_TRY_ASSIGN(auto names, probe.list({user, unit_directory}));
  std::erase_if(names, [](const std::string& name) {
    return name == unit_name || !(name.ends_with(".service") || name.ends_with(".timer") ||
                                  name.ends_with(".socket") || name.ends_with(".path"));
  });
  return names;
}

State::Running look_at_process(const Probe& probe, const UnitState& unit, const User& user,
                               const std::vector<std::string>& inputs) {
  const auto program = probe.read_link(fmt::format("/proc/{}/exe", unit.main_pid));
  State::Running running{unit.exec_start, program ? *program : "unknown", {}};
  // A file with a time in the future was written while the clock was wrong: no start would ever be later, so
  // it is ignored. When the start itself is in the future, a file with a correct time may be older or newer:
  // it counts as newer.
  const bool started_in_future = unit.active_since_us > microseconds(probe.wall_clock());
  const auto newer = [&](const Path& path) {
    const auto info = probe.stat(path);
    return info && *info && (*info)->modified <= probe.wall_clock() &&
           (started_in_future || microseconds((*info)->modified) > unit.active_since_us);
  };
  for (const auto& input : inputs)
    if (newer(input)) running.newer_inputs.push_back(input);
  if (newer({user, env_file})) running.newer_inputs.push_back(fmt::format("~/{}", env_file));
  return running;
}

}  // namespace

Result<OpenclawUnitState> read_unit_state(const Probe& probe, const User& user, const std::string& content,
                                          const std::vector<std::string>& inputs) {
  State state;
  state.user = user;
  auto unit = probe.unit(Scope::of(user), unit_name);
  if (!unit && unit.error().code == Errc::unavailable)
    return fail(Errc::blocked, "user/linger: {}", unit.error().message);
  if (!unit) return pass(std::move(unit), unit_name);
  AGENT_TRY_ASSIGN(state.file, look_at_file(probe, user, content));
  AGENT_TRY_ASSIGN(state.has_user_namespaces, probe.can_unshare(user));
  state.own_drop_in = look_at_own_drop_in(probe, state);
  for (const auto& path : unit->drop_in_paths)
    if (path != in_home(user, own_drop_in)) state.drop_ins.push_back(foreign_drop_in(user, path));
  const bool has_file = state.file == State::File::as_shipped || state.file == State::File::changed;
  if (has_file && unit->fragment_path != in_home(user, unit_file)) state.other_file = unit->fragment_path;
  state.loaded = !unit->need_daemon_reload;
  state.enabled = unit->unit_file_state;
  state.active = unit->active_state;
  if (unit->active_state == "active") state.running = look_at_process(probe, *unit, user, inputs);
  AGENT_TRY_ASSIGN(state.foreign_units, list_foreign_units(probe, state.user));
  return state;
}

}  // namespace agent
