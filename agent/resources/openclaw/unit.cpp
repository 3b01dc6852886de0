// SPDX-License-Identifier: Apache-2.0
#include "resources/openclaw/unit.hpp"

#include <sstream>

#include "embedded.hpp"
#include "resources/common/openclaw_files.hpp"
#include "resources/common/users.hpp"
#include "resources/openclaw/config.hpp"
#include "resources/openclaw/gateway.hpp"
#include "resources/openclaw/program/nodejs.hpp"
#include "resources/openclaw/program/package.hpp"

namespace agent {
namespace {

using namespace openclaw;
using State = OpenclawUnitState;

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

const char* shown(State::File file) {
  switch (file) {
    case State::File::absent:
      return "absent";
    case State::File::masked:
      return "masked";
    case State::File::changed:
      return "changed";
    case State::File::as_shipped:
      break;
  }
  return "as shipped";
}

}  // namespace

// The metadata guard comes first: the gateway must never be able to read user-data.
OpenclawUnit::OpenclawUnit(const Profile& profile)
    : ResourceOf({"openclaw/unit", {"user/linger", "openclaw/config", "openclaw/env", "metadata"}, {}}),
      user_(profile.user),
      port_(profile.gateway.port),
      content_(render(profile)),
      argv_(exec_start(content_)),
      inputs_{nodejs_artifact(profile).stamp(), openclaw_artifact(profile).stamp(), OpenclawConfig::stamp()} {
}

Result<OpenclawUnitState> OpenclawUnit::look(const Probe& probe) const {
  AGENT_TRY_ASSIGN(const auto user, gateway_user(probe, user_));
  return read_unit_state(probe, user, content_, inputs_);
}

Observation OpenclawUnit::describe(const State& state) const {
  Observation seen;
  seen.expect("unit file", shown(state.file), "as shipped");
  if (state.own_drop_in != State::OwnDropIn::right)
    seen.drift("drop-in", state.own_drop_in == State::OwnDropIn::changed ? "changed" : "absent",
               state.has_user_namespaces ? "as shipped" : "absent: no user namespaces here");
  for (const auto& drop_in : state.drop_ins) seen.drift("drop-in " + drop_in.path, "present", "absent");
  if (state.other_file) seen.drift("fragment path", *state.other_file, state.user.home + "/" + unit_file);
  if (!state.loaded) seen.drift("loaded", "an older file", "the file on disk");
  seen.expect("enabled", state.enabled, "enabled");
  // systemd restarts it when it dies. openclaw/gateway checks whether it becomes ready.
  if (state.active != "activating") seen.expect("active", state.active, "active");
  if (state.running) {
    seen.expect("ExecStart", joined(state.running->exec_start), joined(argv_));
    seen.expect("program", state.running->program, argv_.front());
    for (const auto& input : state.running->newer_inputs)
      seen.drift("started", "before " + input + " changed", "after it");
  }
  for (const auto& name : state.foreign_units)
    seen.note(fmt::format("foreign user unit ~/{}/{}: it runs as the gateway's user", unit_directory, name));
  return seen;
}

bool OpenclawUnit::files_are_right(const State& state) const {
  return state.file == State::File::as_shipped && state.own_drop_in == State::OwnDropIn::right &&
         state.drop_ins.empty() && !state.other_file && state.loaded;
}

bool OpenclawUnit::runs_as_it_should(const State& state) const {
  if (state.active == "activating") return true;
  return state.active == "active" && state.running && joined(state.running->exec_start) == joined(argv_) &&
         state.running->program == argv_.front() && state.running->newer_inputs.empty();
}

Status OpenclawUnit::write_files(Host& host, const State& state) const {
  const auto& user = state.user;
  for (const auto& drop_in : state.drop_ins) {
    if (!drop_in.removable)
      return fail(Errc::refused,
                  "{} changes the gateway's unit, but root does not remove a file there only because the "
                  "user's manager names it: remove it yourself, then run `bootstrap-agent --reconcile`",
                  drop_in.path);
    AGENT_TRY(host.remove(*drop_in.removable));
  }
  for (const auto& path : {".config", ".config/systemd", unit_directory, drop_in_directory}) {
    AGENT_TRY_ASSIGN(const bool there, host.exists({user, path}));
    if (!there) AGENT_TRY(host.make_directory({user, path}, {0755}));  // the owner's mode stays
  }
  if (state.file == State::File::masked) AGENT_TRY(host.remove({user, unit_file}));
  if (state.file != State::File::as_shipped || state.other_file)
    AGENT_TRY(host.write_file({user, unit_file}, content_, {0644}));
  if (state.own_drop_in == State::OwnDropIn::right) return {};
  return state.has_user_namespaces
             ? host.write_file({user, own_drop_in}, embedded::openclaw_gateway_userns_conf, {0644})
             : host.remove({user, own_drop_in});
}

Status OpenclawUnit::apply(Host& host, const State& state) {
  const auto scope = Scope::of(state.user);
  const bool needs_start = !files_are_right(state) || !runs_as_it_should(state);
  if (!needs_start && state.enabled == "enabled") return {};
  AGENT_TRY(write_files(host, state));
  AGENT_TRY(host.reload_manager(scope));
  AGENT_TRY(host.enable_unit(scope, unit_name));
  if (!needs_start) return {};
  AGENT_TRY_ASSIGN(const auto holder, foreign_port_holder(host, port_, state.user, unit_name));
  if (holder) return port_is_held(port_, *holder);
  AGENT_TRY(host.reset_failed(scope, unit_name));
  return host.restart_unit(scope, unit_name, restart_timeout);
}

}  // namespace agent
