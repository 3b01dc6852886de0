// SPDX-License-Identifier: Apache-2.0
#include "resources/openclaw/config.hpp"

#include "core/paths.hpp"
#include "ports/run_checked.hpp"
#include "resources/common/openclaw_files.hpp"
#include "resources/common/untrusted_json.hpp"
#include "resources/common/users.hpp"

namespace agent {
namespace {

using openclaw::config_file;

constexpr mode_t owner_only = 0600;
const std::string draft = ".openclaw/.openclaw.json.bootstrap-agent";
const std::string token = "/gateway/auth/token";

// The order of keys in an object has no meaning, and OpenClaw writes them in its own order.
std::string shown(const Json& value) { return sorted(value).dump(); }

std::string shown_at(const Json& config, const std::string& pointer) {
  const Json::json_pointer at(pointer);
  return config.contains(at) ? shown(config[at]) : "absent";
}

// OpenClaw's objections, each as "; KEY: WHY".
std::string issues_in(const std::string& output) {
  const auto answer = parse_json(output);
  std::string issues;
  if (answer.is_object() && answer.contains("issues"))
    for (const auto& issue : answer["issues"])
      issues += fmt::format("; {}: {}", text_in(issue, "path"), text_in(issue, "message"));
  return issues;
}

// Lets OpenClaw check a draft before it replaces a working file.
Status validate(Host& host, const User& user, const std::string& candidate) {
  AGENT_TRY(host.write_file({user, draft}, candidate, {owner_only}));
  Command command;
  command.argv = {openclaw::command, "config", "validate", "--json"};
  command.env = {{"HOME", user.home}, {"OPENCLAW_CONFIG_PATH", user.home + "/" + draft}, {"LANG", "C.UTF-8"}};
  command.user = user;
  command.directory = user.home;
  command.timeout = Milliseconds(120'000);
  auto done = host.run(command);
  AGENT_TRY(host.remove({user, draft}));
  if (!done) return pass(std::move(done), "openclaw config validate");
  if (done->ok()) return {};
  const auto issues = issues_in(done->out);
  return fail(
      Errc::refused, "openclaw refuses the configuration, so the old one stays: {}",
      issues.empty() ? failure_text(command, *done) : fmt::format("exit {}{}", done->exit_code, issues));
}

}  // namespace

std::string OpenclawConfig::stamp() { return paths::stamps + "/openclaw-config"; }

// After the package, because OpenClaw itself checks the file.
OpenclawConfig::OpenclawConfig(const Profile& profile)
    : ResourceOf({"openclaw/config", {"openclaw/command", "openclaw/env"}, {}}),
      user_(profile.user),
      port_(profile.gateway.port),
      owned_{{"/gateway/mode", "local"},
             {"/gateway/bind", "loopback"},
             {"/gateway/port", profile.gateway.port},
             {"/gateway/auth/mode", "token"},
             // The token itself is in .env.
             {token, Json{{"source", "env"}, {"provider", "default"}, {"id", "OPENCLAW_GATEWAY_TOKEN"}}},
             // `tailscale serve` is the proxy. Without this, every request with X-Forwarded-For gets 403.
             {"/gateway/trustedProxies", Json::array({"127.0.0.1"})},
             // The agent configures `tailscale serve`: OpenClaw's own serve would skip device pairing.
             {"/gateway/tailscale/mode", "off"},
             // Versions change only with the profile: nothing is announced or downloaded in the background.
             {"/update/checkOnStart", false},
             {"/discovery/mdns/mode", "off"},
             {"/models/catalogRefresh/enabled", false}},
      initial_{// The owner may change the model in the app, and OpenClaw replaces a retired one by itself.
               {"/agents/defaults/model/primary", profile.openclaw.model},
               // Without it OpenClaw thinks that our file is a damaged one of its own, and puts its backup
               // back.
               {"/meta/lastTouchedVersion", profile.openclaw.version}} {}

// An absent file counts as an empty object. A file that is not strict JSON (OpenClaw also reads JSON5) is
// refused: rewriting it would lose its comments.
Result<Json> OpenclawConfig::read(const Probe& probe, const User& user) const {
  auto text = probe.read_file({user, config_file});
  if (!text && text.error().code == Errc::not_found) return Json::object();
  if (!text) return pass(std::move(text));
  try {
    auto parsed = Json::parse(*text);
    if (!parsed.is_object())
      return fail(Errc::refused, "~/{} is not an object: move it away and run again", config_file);
    if (is_deeper(parsed, deepest_json))
      return fail(Errc::refused, "~/{} is nested more than {} levels deep: repair it and run again",
                  config_file, deepest_json);
    return parsed;
  } catch (const Json::parse_error& error) {
    return fail(Errc::refused,
                "~/{} is not strict JSON (at byte {}), and rewriting it would lose its comments: run "
                "`openclaw config set "
                "gateway.port {}` as its user once, which rewrites it strictly, then run again",
                config_file, error.byte, port_);
  } catch (const Json::out_of_range&) {
    return fail(Errc::refused, "~/{} holds a number that is too large to be kept: repair it and run again",
                config_file);
  }
}

Result<OpenclawConfigState> OpenclawConfig::look(const Probe& probe) const {
  OpenclawConfigState state;
  AGENT_TRY_ASSIGN(state.user, gateway_user(probe, user_));
  AGENT_TRY_ASSIGN(const auto config, read(probe, state.user));
  AGENT_TRY_ASSIGN(const auto info, probe.stat({state.user, config_file}));
  if (info) state.mode = info->mode;
  for (const auto& [pointer, value] : owned_) {
    auto now = shown_at(config, pointer);
    if (now == shown(value)) continue;
    // A token that the owner wrote there is not registered with redact(), and everybody may read a report. So
    // it is not shown.
    if (pointer == token && now != "absent") now = "another value";
    state.wrong_keys.push_back({pointer, std::move(now), shown(value)});
  }
  for (const auto& [pointer, value] : initial_)
    if (!config.contains(Json::json_pointer(pointer)))
      state.wrong_keys.push_back({pointer, "absent", shown(value)});
  return state;
}

Observation OpenclawConfig::describe(const OpenclawConfigState& state) const {
  Observation seen;
  if (state.mode) seen.expect("mode", fmt::format("{:04o}", *state.mode), fmt::format("{:04o}", owner_only));
  for (const auto& key : state.wrong_keys) seen.drift(key.pointer, key.now, key.wanted);
  return seen;
}

Status OpenclawConfig::apply(Host& host, const OpenclawConfigState& state) {
  const auto& user = state.user;
  // Writing the same content again would restart the gateway.
  if (state.wrong_keys.empty())
    return state.mode.value_or(owner_only) == owner_only ? Status()
                                                         : host.set_mode({user, config_file}, {owner_only});
  AGENT_TRY_ASSIGN(auto config, read(host, user));  // read again: the gateway also writes to this file
  try {
    for (const auto& [pointer, value] : owned_) config[Json::json_pointer(pointer)] = value;
    for (const auto& [pointer, value] : initial_)
      if (!config.contains(Json::json_pointer(pointer))) config[Json::json_pointer(pointer)] = value;
  } catch (const Json::exception& error) {
    return fail(Errc::refused, "~/{} has another value where an object belongs ({}): repair it and run again",
                config_file, error.what());
  }
  const auto text = config.dump(2) + "\n";
  AGENT_TRY(validate(host, user, text));
  AGENT_TRY(host.write_file(stamp(), "", {0644}));
  return host.write_file({user, config_file}, text, {owner_only});
}

}  // namespace agent
