// SPDX-License-Identifier: Apache-2.0
#include "resources/openclaw/env.hpp"

#include "core/paths.hpp"
#include "resources/common/dotenv.hpp"
#include "resources/common/openclaw_files.hpp"
#include "resources/common/users.hpp"
#include "resources/openclaw/paired_devices.hpp"
#include "resources/openclaw/program/package.hpp"
#include "resources/openclaw/program/snapshot.hpp"
#include "secrets/redact.hpp"

namespace agent {
namespace {

using openclaw::env_file;
using Value = OpenclawEnvState::Value;

constexpr mode_t owner_only = 0600;
constexpr mode_t owner_only_directory = 0700;
constexpr const char* directory = ".openclaw";
constexpr std::string_view gateway_key = "OPENCLAW_GATEWAY_TOKEN";
constexpr std::string_view anthropic_key = "ANTHROPIC_OAUTH_TOKEN";
constexpr std::size_t token_bytes = 32;

// The gateway's user owns this file, and the seal overwrites every registered secret wherever it finds it,
// also in root's files. So a value from this file is registered only when it has the form of a token that the
// agent makes. (The owner's own token and the Claude token are registered in the run that gets them; a Claude
// token is also known by its form.)
void register_if_made_here(std::string_view value) {
  if (value.size() == 2 * token_bytes &&
      value.find_first_not_of("0123456789abcdef") == std::string_view::npos)
    register_secret(value);
}

// Empty when there is no file. The caller wipes the text.
Result<std::string> read_env(const Probe& probe, const User& user) {
  auto text = probe.read_file({user, env_file});
  if (!text && text.error().code == Errc::not_found) return std::string();
  return text;
}

Value value_in(const std::string& text, std::string_view key, const Secret& given) {
  auto value = dotenv_value(text, key);
  register_if_made_here(value);
  auto found = Value::absent;
  if (!value.empty()) found = given.empty() || value == given.reveal() ? Value::right : Value::another;
  wipe(value);
  return found;
}

std::string shown(mode_t mode) { return fmt::format("{:04o}", mode); }
const char* shown(Value value) { return value == Value::absent ? "absent" : "another value"; }

}  // namespace

void register_env_secrets(const Probe& probe, const std::string& name) {
  const auto user = gateway_user(probe, name);
  if (!user) return;
  auto text = read_env(probe, *user);
  if (!text) return;
  auto token = dotenv_value(*text, gateway_key);
  register_if_made_here(token);
  wipe(token);
  wipe(*text);
}

OpenclawEnv::OpenclawEnv(const Profile& profile, const Secrets& secrets)
    : ResourceOf({"openclaw/env", {"user", "tailscale/identity"}, {snapshot_token}}),
      user_(profile.user),
      openclaw_(openclaw_artifact(profile)),
      secrets_(secrets) {}

Result<OpenclawEnvState> OpenclawEnv::look(const Probe& probe) const {
  OpenclawEnvState state;
  AGENT_TRY_ASSIGN(state.user, gateway_user(probe, user_));
  AGENT_TRY_ASSIGN(const auto home, probe.stat({state.user, directory}));
  if (home) state.directory_mode = home->mode;
  AGENT_TRY_ASSIGN(const auto info, probe.stat({state.user, env_file}));
  if (info) state.mode = info->mode;
  AGENT_TRY_ASSIGN(state.of_another_server, probe.exists(paths::new_identity));
  AGENT_TRY_ASSIGN(auto&& text, read_env(probe, state.user));
  state.gateway_token = value_in(text, gateway_key, secrets_.gateway_token);
  state.anthropic_token = value_in(text, anthropic_key, secrets_.anthropic_token);
  wipe(text);
  return state;
}

OpenclawEnv::Source OpenclawEnv::gateway_source(const OpenclawEnvState& state) const {
  if (!secrets_.gateway_token.empty())
    return state.gateway_token == Value::right && !state.of_another_server ? Source::none : Source::given;
  const bool replaces = (secrets_.generate_gateway_token && !generated_) || state.of_another_server;
  return replaces || state.gateway_token == Value::absent ? Source::random : Source::none;
}

OpenclawEnv::Source OpenclawEnv::anthropic_source(const OpenclawEnvState& state) const {
  return secrets_.anthropic_token.empty() || state.anthropic_token == Value::right ? Source::none
                                                                                   : Source::given;
}

Observation OpenclawEnv::describe(const OpenclawEnvState& state) const {
  Observation seen;
  seen.expect("~/.openclaw", state.directory_mode ? shown(*state.directory_mode) : "absent",
              shown(owner_only_directory));
  if (state.mode) seen.expect("mode", shown(*state.mode), shown(owner_only));
  const auto gateway = gateway_source(state);
  if (gateway == Source::random && state.gateway_token == Value::absent)
    seen.drift(gateway_key, "absent", "made from the kernel's randomness");
  else if (gateway == Source::random)
    seen.drift(gateway_key, state.of_another_server ? "another server's" : "to be replaced",
               "made again from the kernel's randomness");
  else if (gateway == Source::given)
    seen.drift(gateway_key, shown(state.gateway_token), "the value that was given");
  if (anthropic_source(state) == Source::given)
    seen.drift(anthropic_key, shown(state.anthropic_token), "the value that was given");
  else if (state.anthropic_token == Value::absent)
    seen.note(
        "no Claude token yet: the gateway runs, but its agents cannot; provide one with `bootstrap-agent "
        "--reconcile "
        "--secrets -` (key anthropic_token)");
  return seen;
}

Status OpenclawEnv::write(Host& host, const OpenclawEnvState& state) {
  if (state.gateway_token != Value::absent) AGENT_TRY(keep_snapshot(host, openclaw_, user_));
  const auto source = gateway_source(state);
  Secret made;
  if (source == Source::random) {
    AGENT_TRY_ASSIGN(auto&& token, host.random_hex(token_bytes));
    made = Secret(std::move(token));
  }
  AGENT_TRY_ASSIGN(auto&& text, read_env(host, state.user));
  // dotenv reads these values back exactly without quotes: load_secrets() accepts only such values.
  if (source != Source::none)
    set_dotenv_value(text, gateway_key,
                     source == Source::given ? secrets_.gateway_token.reveal() : made.reveal());
  if (anthropic_source(state) == Source::given)
    set_dotenv_value(text, anthropic_key, secrets_.anthropic_token.reveal());
  const auto written = host.write_secret_file({state.user, env_file}, text, {owner_only});
  wipe(text);
  if (source == Source::random && written) generated_ = true;
  if (!written || !state.of_another_server) return written;
  AGENT_TRY(forget_paired_devices(host, state.user));
  return host.remove(paths::new_identity);
}

Status OpenclawEnv::apply(Host& host, const OpenclawEnvState& state) {
  if (state.directory_mode != owner_only_directory)
    AGENT_TRY(host.make_directory({state.user, directory}, {owner_only_directory}));
  // Writing the same content again would restart the gateway.
  if (gateway_source(state) != Source::none || anthropic_source(state) != Source::none)
    return write(host, state);
  return state.mode.value_or(owner_only) == owner_only ? Status()
                                                       : host.set_mode({state.user, env_file}, {owner_only});
}

}  // namespace agent
