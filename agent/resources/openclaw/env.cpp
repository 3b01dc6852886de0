#include "resources/openclaw/env.hpp"

#include <sstream>

#include "base/redact.hpp"
#include "resources/common/users.hpp"
#include "resources/openclaw/package.hpp"
#include "resources/openclaw/update.hpp"

namespace agent {
namespace {

constexpr std::string_view gateway_key = "OPENCLAW_GATEWAY_TOKEN";
constexpr std::string_view anthropic_key = "ANTHROPIC_OAUTH_TOKEN";
constexpr std::size_t token_bytes = 32;

// dotenv's rules: blanks and `export` may stand before a key, a later line wins. Returns the value's place in `line`.
std::optional<std::string> value_of(const std::string& line, std::string_view key) {
  auto at = line.find_first_not_of(" \t");
  if (at == std::string::npos) return std::nullopt;
  if (line.compare(at, 7, "export ") == 0) at = line.find_first_not_of(" \t", at + 7);
  if (at == std::string::npos || line.compare(at, key.size(), key) != 0) return std::nullopt;
  at = line.find_first_not_of(" \t", at + key.size());
  if (at == std::string::npos || (line[at] != '=' && line[at] != ':')) return std::nullopt;
  const auto begin = line.find_first_not_of(" \t", at + 1);
  if (begin == std::string::npos) return "";
  return line.substr(begin, line.find_last_not_of(" \t\r") - begin + 1);
}

// The file is the gateway's user's, and what is known as a secret is overwritten wherever the seal finds it, in root's files as well: so
// only what has the form of the tokens that this agent makes is believed to be one on that user's word. (The owner's own, and Claude's,
// are known when they are brought, and Claude's by its form.)
bool is_made_token(std::string_view value) {
  return value.size() == 2 * token_bytes && value.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// Empty also for what the seal has overwritten: a copy of .env that somebody keeps elsewhere and puts back holds no secret any more.
std::string find_value(const std::string& text, std::string_view key) {
  std::istringstream lines(text);
  std::string value;
  for (std::string line; std::getline(lines, line);)
    if (auto found = value_of(line, key)) value = *found;
  if (value.size() >= 2 && (value.front() == '"' || value.front() == '\'') && value.front() == value.back())
    value = value.substr(1, value.size() - 2);
  return value.find_first_not_of(overwrite_char) == std::string::npos ? "" : value;
}

void set_value(std::string& text, std::string_view key, std::string_view value) {
  std::istringstream lines(text);
  std::string kept;
  kept.reserve(text.size() + key.size() + value.size() + 2);
  for (std::string line; std::getline(lines, line);)
    if (!value_of(line, key)) kept += line + "\n";
  kept += fmt::format("{}={}\n", key, value);
  wipe(text);
  text = kept;
  wipe(kept);
}

// What dotenv reads back exactly without quotes; load_secrets() lets nothing else through, so this guards what is there.
void compare(Observation& seen, const std::string& text, std::string_view key, const Secret& given) {
  const auto value = find_value(text, key);
  if (is_made_token(value)) register_secret(value);
  if (!given.empty() && value != given.reveal())
    seen.drift(key, value.empty() ? "absent" : "another value", "the value that was given");
}

}  // namespace

void register_env_secrets(const Probe& probe, const std::string& name) {
  auto user = gateway_user(probe, name);
  if (!user) return;
  auto text = probe.read_file({*user, OpenclawEnv::file});
  if (!text) return;
  auto token = find_value(*text, gateway_key);
  if (is_made_token(token)) register_secret(token);
  wipe(token);
  wipe(*text);
}

OpenclawEnv::OpenclawEnv(const Profile& profile, const Secrets& secrets)
    : Resource({"openclaw/env", {"user"}, {snapshot_token}}),
      user_(profile.user),
      openclaw_(openclaw_artifact(profile)),
      secrets_(secrets) {}

Result<Observation> OpenclawEnv::observe(const Probe& probe) const {
  auto user = gateway_user(probe, user_);
  if (!user) return Observation::blocked(user.error().message);
  Observation seen;
  AGENT_TRY_ASSIGN(auto directory, probe.stat({*user, ".openclaw"}));
  if (!directory)
    seen.drift("~/.openclaw", "absent", "0700");
  else
    seen.expect("~/.openclaw", fmt::format("{:04o}", directory->mode), "0700");
  AGENT_TRY_ASSIGN(auto info, probe.stat({*user, file}));
  if (info) seen.expect("mode", fmt::format("{:04o}", info->mode), "0600");
  auto text = probe.read_file({*user, file});
  if (!text && text.error().code != Errc::not_found) return pass(std::move(text));
  auto lines = text ? std::move(*text) : std::string();
  if (secrets_.gateway_token.empty() && find_value(lines, gateway_key).empty())
    seen.drift(gateway_key, "absent", "made from the kernel's randomness");
  else if (secrets_.generate_gateway_token && !generated_)
    seen.drift(gateway_key, "to be replaced", "made anew from the kernel's randomness");
  compare(seen, lines, gateway_key, secrets_.gateway_token);
  compare(seen, lines, anthropic_key, secrets_.anthropic_token);
  if (secrets_.anthropic_token.empty() && find_value(lines, anthropic_key).empty())
    seen.notes.emplace_back("no Claude token yet: the gateway runs, its agents cannot; bring one with `bootstrap-agent --reconcile "
                            "--secrets -` (key anthropic_token)");
  wipe(lines);
  return seen;
}

Status OpenclawEnv::apply(Host& host, const Observation& seen) {
  AGENT_TRY_ASSIGN(auto user, gateway_user(host, user_));
  AGENT_TRY(host.make_directory({user, ".openclaw"}, {0700}));
  // Writing the same content anew would restart the gateway.
  if (!seen.has(gateway_key) && !seen.has(anthropic_key)) return seen.has("mode") ? host.set_mode({user, file}, {0600}) : Status();
  auto text = host.read_file({user, file});
  if (!text && text.error().code != Errc::not_found) return pass(std::move(text));
  auto lines = text ? std::move(*text) : std::string();
  if (!find_value(lines, gateway_key).empty()) AGENT_TRY(keep_snapshot(host, openclaw_, user_));
  if (!secrets_.gateway_token.empty()) {
    set_value(lines, gateway_key, secrets_.gateway_token.reveal());
  } else if (seen.has(gateway_key)) {
    AGENT_TRY_ASSIGN(auto token, host.random_hex(token_bytes));
    const Secret made(std::move(token));
    set_value(lines, gateway_key, made.reveal());
  }
  if (!secrets_.anthropic_token.empty()) set_value(lines, anthropic_key, secrets_.anthropic_token.reveal());
  const auto written = host.write_secret_file({user, file}, lines, {0600});
  wipe(lines);
  generated_ = written.has_value();
  return written;
}

}  // namespace agent
