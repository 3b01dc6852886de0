#include "resources/openclaw/config.hpp"

#include "core/paths.hpp"
#include "resources/common/users.hpp"
#include "resources/common/untrusted_json.hpp"

namespace agent {
namespace {

const std::string draft = ".openclaw/.openclaw.json.bootstrap-agent";

// Absent is an empty object. A file that is not strict JSON (OpenClaw also reads JSON5) is refused: rewriting it would lose
// its comments.
Result<Json> read(const Probe& probe, const User& user) {
  constexpr auto file = OpenclawConfig::file;
  auto text = probe.read_file({user, file});
  if (!text) {
    if (text.error().code == Errc::not_found) return Json::object();
    return pass(std::move(text));
  }
  try {
    auto parsed = Json::parse(*text);
    if (!parsed.is_object()) return fail(Errc::refused, "~/{} is not an object: move it away and run again", file);
    if (is_deeper(parsed, deepest_json)) return fail(Errc::refused, "~/{} is nested more than {} deep: mend it and run again", file, deepest_json);
    return parsed;
  } catch (const Json::parse_error& error) {
    return fail(Errc::refused, "~/{} is not strict JSON (at byte {}), and rewriting it would lose its comments: run `openclaw config set "
                "gateway.port 18789` as its user once, which rewrites it strictly, then run again", file, error.byte);
  } catch (const Json::out_of_range&) {
    return fail(Errc::refused, "~/{} holds a number that is too large to be kept: mend it and run again", file);
  }
}

// The order of an object's keys means nothing, and OpenClaw writes them in its own.
std::string shown(const Json& value) { return sorted(value).dump(); }

const std::string token = "/gateway/auth/token";

std::string shown_at(const Json& config, const std::string& pointer) {
  const Json::json_pointer at(pointer);
  return config.contains(at) ? shown(config[at]) : "absent";
}

// A token that the owner wrote there is known to nobody, and so to no redactor: a report is for all to read.
void expect(Observation& seen, const std::string& pointer, const std::string& now, const std::string& wanted) {
  const bool secret = pointer == token && now != wanted && now != "absent";
  seen.expect(pointer, secret ? "a value of its own" : now, wanted);
}

}  // namespace

std::string OpenclawConfig::stamp() { return paths::stamps + "/openclaw-config"; }

// After the package: OpenClaw itself judges what was written.
OpenclawConfig::OpenclawConfig(const Profile& profile)
    : Resource({"openclaw/config", {"openclaw/package", "openclaw/env"}, {}}),
      user_(profile.user),
      owned_{{"/gateway/mode", "local"},
             {"/gateway/bind", "loopback"},
             {"/gateway/port", profile.gateway.port},
             {"/gateway/auth/mode", "token"},
             // The token itself stands in .env.
             {token, Json{{"source", "env"}, {"provider", "default"}, {"id", "OPENCLAW_GATEWAY_TOKEN"}}},
             // `tailscale serve` is the proxy; without this any X-Forwarded-For gives 403.
             {"/gateway/trustedProxies", Json::array({"127.0.0.1"})},
             // serve is ours: OpenClaw's own would skip device pairing.
             {"/gateway/tailscale/mode", "off"},
             // Pins are moved on purpose; nothing is announced or fetched in the background.
             {"/update/checkOnStart", false},
             {"/discovery/mdns/mode", "off"},
             {"/models/catalogRefresh/enabled", false}},
      initial_{// The owner may change the model in the app, and OpenClaw replaces a retired one by itself.
               {"/agents/defaults/model/primary", profile.openclaw.model},
               // Without it OpenClaw takes our file for a damaged one of its own, and puts its backup back.
               {"/meta/lastTouchedVersion", profile.openclaw.version}} {}

Result<Observation> OpenclawConfig::observe(const Probe& probe) const {
  auto user = gateway_user(probe, user_);
  if (!user) return Observation::blocked(user.error().message);
  AGENT_TRY_ASSIGN(auto config, read(probe, *user));
  Observation seen;
  AGENT_TRY_ASSIGN(auto info, probe.stat({*user, file}));
  if (info) seen.expect("mode", fmt::format("{:04o}", info->mode), "0600");
  for (const auto& [pointer, value] : owned_) expect(seen, pointer, shown_at(config, pointer), shown(value));
  for (const auto& [pointer, value] : initial_)
    if (!config.contains(Json::json_pointer(pointer))) seen.drift(pointer, "absent", shown(value));
  return seen;
}

// Validates a draft before it takes the place of what works.
Status OpenclawConfig::validate(Host& host, const User& user, const std::string& candidate) const {
  AGENT_TRY(host.write_file({user, draft}, candidate, {0600}));
  Command command;
  command.argv = {"/usr/local/bin/openclaw", "config", "validate", "--json"};
  command.env = {{"HOME", user.home}, {"OPENCLAW_CONFIG_PATH", user.home + "/" + draft}, {"LANG", "C.UTF-8"}};
  command.user = user;
  command.directory = user.home;
  command.timeout = Milliseconds(120'000);
  auto done = host.run(command);
  AGENT_TRY(host.remove({user, draft}));
  if (!done) return pass(std::move(done), "openclaw config validate");
  if (done->ok()) return {};
  const auto answer = parse_json(done->out);
  std::string why = done->timed_out ? "did not end in time" : fmt::format("exit {}", done->exit_code);
  if (answer.is_object() && answer.contains("issues"))
    for (const auto& issue : answer["issues"]) why += fmt::format("; {}: {}", text_in(issue, "path"), text_in(issue, "message"));
  return fail(Errc::refused, "openclaw refuses the configuration, so the old one stays: {}", why);
}

Status OpenclawConfig::apply(Host& host, const Observation& seen) {
  AGENT_TRY_ASSIGN(auto user, gateway_user(host, user_));
  // Writing the same content anew would restart the gateway.
  if (seen.drifts.size() == 1 && seen.has("mode")) return host.set_mode({user, file}, {0600});
  AGENT_TRY_ASSIGN(auto config, read(host, user));
  try {
    for (const auto& [pointer, value] : owned_) config[Json::json_pointer(pointer)] = value;
    for (const auto& [pointer, value] : initial_)
      if (!config.contains(Json::json_pointer(pointer))) config[Json::json_pointer(pointer)] = value;
  } catch (const Json::exception& error) {
    return fail(Errc::refused, "~/{} holds something else where an object belongs ({}): mend it and run again", file, error.what());
  }
  const auto text = config.dump(2) + "\n";
  AGENT_TRY(validate(host, user, text));
  AGENT_TRY(host.write_file(stamp(), "", {0644}));
  return host.write_file({user, file}, text, {0600});
}

}  // namespace agent
