#include "resources/openclaw/unit.hpp"

#include <algorithm>
#include <sstream>

#include "embedded.hpp"
#include "resources/common/users.hpp"
#include "resources/openclaw/config.hpp"
#include "resources/openclaw/nodejs.hpp"
#include "resources/openclaw/package.hpp"

namespace agent {
namespace {

const std::string unit_file = OpenclawUnit::unit_file;
const std::string directory = unit_file.substr(0, unit_file.rfind('/'));
const std::string drop_in_directory = unit_file + ".d";
const std::string drop_in = drop_in_directory + "/userns.conf";

std::string render(const Profile& profile) {
  std::string text(embedded::openclaw_gateway_service);
  replace_all(text, "@NODE@", nodejs_artifact(profile).directory() + "/bin/node");
  replace_all(text, "@OPENCLAW@", openclaw_artifact(profile).directory() + "/node_modules/openclaw");
  replace_all(text, "@PORT@", std::to_string(profile.gateway.port));
  replace_all(text, "@VERSION@", profile.openclaw.version);
  return text;
}

std::vector<std::string> exec_start(const std::string& unit) {
  const auto at = unit.find("\nExecStart=");
  std::istringstream words(unit.substr(at + 11, unit.find('\n', at + 1) - at - 11));
  return {std::istream_iterator<std::string>(words), {}};
}

std::string joined(const std::vector<std::string>& words) { return fmt::format("{}", fmt::join(words, " ")); }

// Root removes what the user's manager, or whoever speaks in its place, names only where nobody but root could have put it: the
// name alone is the user's word. What is in the home is removed as the user.
bool is_roots_drop_in(std::string_view path) {
  constexpr std::string_view theirs = "/etc/systemd/user/";
  if (!path.starts_with(theirs)) return false;
  path.remove_prefix(theirs.size());
  const auto of_unit = std::string(OpenclawUnit::unit_name) + ".d/";
  return path.starts_with(of_unit) && path.ends_with(".conf") && path.find('/', of_unit.size()) == std::string_view::npos;
}

std::uint64_t microseconds(std::chrono::system_clock::time_point time) {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count());
}

// Directives that need user namespaces stand in a drop-in of their own: where the kernel or AppArmor refuses namespaces the
// unit would not start with them.
Result<std::string> wanted_drop_in(const Probe& probe, const User& user) {
  AGENT_TRY_ASSIGN(auto can, probe.can_unshare(user));
  return can ? std::string(embedded::openclaw_gateway_userns_conf) : std::string();
}

// systemctl(1): a mask is a link to /dev/null in the unit file's place. To remove it is to follow nothing, so it is drift like an
// edit; any other link is refused.
bool is_masked(const Probe& probe, const User& user) {
  auto target = probe.read_link({user, unit_file});
  return target && *target == "/dev/null";
}

}  // namespace

// The metadata guard comes first: the gateway must never have been able to read user-data.
OpenclawUnit::OpenclawUnit(const Profile& profile)
    : Resource({"openclaw/unit", {"user/linger", "openclaw/config", "openclaw/env", "metadata"}, {}}),
      user_(profile.user),
      content_(render(profile)),
      argv_(exec_start(content_)),
      inputs_{nodejs_artifact(profile).stamp(), openclaw_artifact(profile).stamp(), OpenclawConfig::stamp()} {}

void OpenclawUnit::compare_running(const Probe& probe, const UnitState& unit, const User& user, Observation& seen) const {
  seen.expect("ExecStart", joined(unit.exec_start), joined(argv_));
  auto program = probe.read_link(fmt::format("/proc/{}/exe", unit.main_pid));
  seen.expect("program", program ? *program : "unknown", argv_.front());
  // What is dated in the future was written while the clock was wrong: no start would ever be after it. And after a start that is, what
  // is dated rightly may have come before or after.
  const bool started_in_future = unit.active_since_us > microseconds(probe.wall_clock());
  auto newer = [&](const Path& path) {
    auto info = probe.stat(path);
    return info && *info && (*info)->modified <= probe.wall_clock() &&
           (started_in_future || microseconds((*info)->modified) > unit.active_since_us);
  };
  for (const auto& input : inputs_)
    if (newer(input)) seen.drift("started", "before " + input + " changed", "after it");
  if (newer({user, ".openclaw/.env"})) seen.drift("started", "before ~/.openclaw/.env changed", "after it");
}

Status OpenclawUnit::note_foreign_units(const Probe& probe, const User& user, Observation& seen) const {
  AGENT_TRY_ASSIGN(auto names, probe.list({user, directory}));
  for (const auto& name : names)
    if (name != unit_name && (name.ends_with(".service") || name.ends_with(".timer") || name.ends_with(".socket") || name.ends_with(".path")))
      seen.notes.push_back(fmt::format("foreign user unit ~/{}/{}: it runs as the gateway's user", directory, name));
  return {};
}

Result<Observation> OpenclawUnit::observe(const Probe& probe) const {
  auto user = gateway_user(probe, user_);
  if (!user) return Observation::blocked(user.error().message);
  auto unit = probe.unit(Scope::of(*user), unit_name);
  if (!unit && unit.error().code == Errc::unavailable)
    return Observation::blocked(fmt::format("user/linger: {}", unit.error().message));
  if (!unit) return pass(std::move(unit), unit_name);
  Observation seen;
  const bool masked = is_masked(probe, *user);
  auto text = probe.read_file({*user, unit_file});
  if (!text && !masked && text.error().code == Errc::refused) return pass(std::move(text));
  seen.expect("unit file", text ? (*text == content_ ? "as shipped" : "changed") : (masked ? "masked" : "absent"), "as shipped");
  AGENT_TRY_ASSIGN(auto wanted, wanted_drop_in(probe, *user));
  auto confined = probe.read_file({*user, drop_in});
  if ((confined ? *confined : std::string()) != wanted)
    seen.drift("drop-in", confined ? "changed" : "absent", wanted.empty() ? "absent: no user namespaces here" : "as shipped");
  AGENT_TRY(note_foreign_units(probe, *user, seen));
  for (const auto& path : unit->drop_in_paths)
    if (path != user->home + "/" + drop_in) seen.drift("drop-in " + path, "present", "absent");
  if (text) seen.expect("fragment path", unit->fragment_path, user->home + "/" + unit_file);
  if (unit->need_daemon_reload) seen.drift("loaded", "an older file", "the file on disk");
  seen.expect("enabled", unit->unit_file_state, "enabled");
  // systemd starts it again when it has died: whether it gets anywhere is for openclaw/gateway to say.
  if (unit->active_state != "activating") seen.expect("active", unit->active_state, "active");
  if (unit->active_state == "active") compare_running(probe, *unit, *user, seen);
  return seen;
}

Status OpenclawUnit::apply(Host& host, const Observation& seen) {
  AGENT_TRY_ASSIGN(auto user, gateway_user(host, user_));
  const auto scope = Scope::of(user);
  const auto in_home = user.home + "/";
  for (const auto& drift : seen.drifts) {
    if (!drift.field.starts_with("drop-in /")) continue;
    const auto path = drift.field.substr(8);
    if (path.starts_with(in_home))
      AGENT_TRY(host.remove({user, path.substr(in_home.size())}));
    else if (is_roots_drop_in(path))
      AGENT_TRY(host.remove(path));
    else
      return fail(Errc::refused, "{} changes the gateway's unit, and is not where root may remove it on the word of the user's manager: "
                  "remove it, then run `bootstrap-agent --reconcile`", path);
  }
  AGENT_TRY_ASSIGN(auto wanted, wanted_drop_in(host, user));
  for (const auto& path : {std::string(".config"), std::string(".config/systemd"), directory, drop_in_directory}) {
    AGENT_TRY_ASSIGN(auto there, host.stat({user, path}));
    if (!there) AGENT_TRY(host.make_directory({user, path}, {0755}));  // the owner's own mode stays
  }
  if (is_masked(host, user)) AGENT_TRY(host.remove({user, unit_file}));
  if (seen.has("unit file") || seen.has("fragment path")) AGENT_TRY(host.write_file({user, unit_file}, content_, {0644}));
  if (seen.has("drop-in") && !wanted.empty()) AGENT_TRY(host.write_file({user, drop_in}, wanted, {0644}));
  if (seen.has("drop-in") && wanted.empty()) AGENT_TRY(host.remove({user, drop_in}));
  AGENT_TRY(host.reload_manager(scope));
  AGENT_TRY(host.enable_unit(scope, unit_name));
  if (seen.drifts.size() == 1 && seen.has("enabled")) return {};  // what runs is right
  AGENT_TRY(host.reset_failed(scope, unit_name));
  return host.restart_unit(scope, unit_name, restart_timeout);
}

}  // namespace agent
