// SPDX-License-Identifier: Apache-2.0
#include "resources/openclaw/program/snapshot.hpp"

#include "base/json.hpp"
#include "core/paths.hpp"
#include "resources/common/openclaw_files.hpp"
#include "resources/common/secure_replace.hpp"
#include "resources/common/untrusted_json.hpp"
#include "resources/common/users.hpp"
#include "secrets/secret.hpp"

namespace agent {
namespace {

// Writes a file of the user, unless it has this content already. True when it was written.
Result<bool> restore(Host& host, const Path& path, const std::string& content, const FileMode& mode) {
  auto now = host.read_file(path);
  if (!now && now.error().code != Errc::not_found) return pass(std::move(now));
  const bool same = now && *now == content;
  if (now) wipe(*now);
  if (same) return false;
  AGENT_TRY(host.write_secret_file(path, content, mode));
  return true;
}

}  // namespace

Snapshot::~Snapshot() {
  wipe(config);
  wipe(env);
}

Result<std::optional<Snapshot>> read_snapshot(const Probe& probe) {
  auto text = read_secure(probe, paths::update);
  if (!text && text.error().code == Errc::not_found) return std::nullopt;
  if (!text) return pass(std::move(text));
  const auto kept = parse_json(*text);
  wipe(*text);
  Snapshot snapshot;
  snapshot.version = text_in(kept, "version");
  snapshot.unit = text_in(kept, "unit");
  snapshot.config = text_in(kept, "config");
  snapshot.env = text_in(kept, "env");
  if (snapshot.version.empty() || snapshot.unit.empty() || snapshot.config.empty())
    return fail(Errc::invalid, "{} is damaged: remove it and run again", paths::update);
  return snapshot;
}

Status keep_snapshot(Host& host, const Artifact& artifact, const std::string& user_name) {
  AGENT_TRY_ASSIGN(const auto kept, read_snapshot(host));
  AGENT_TRY_ASSIGN(const auto verified, host.exists(paths::receipt));
  AGENT_TRY_ASSIGN(const auto version, artifact.current(host));
  const auto user = gateway_user(host, user_name);
  if (kept || !verified || version.empty() || !user) return {};
  auto unit = host.read_file({*user, openclaw::unit_file});
  auto config = host.read_file({*user, openclaw::config_file});
  if (!unit || !config) return {};  // the installation is not complete: there is nothing to put back later
  auto env = host.read_file({*user, openclaw::env_file});
  if (!env) env = std::string();
  auto text = Json{{"version", version}, {"unit", *unit}, {"config", *config}, {"env", *env}}.dump(
      -1, ' ', false, Json::error_handler_t::replace);
  // JSON cannot store a text that is not UTF-8: it would come back changed.
  const auto again = parse_json(text);
  const bool whole = text_in(again, "config") == *config && text_in(again, "env") == *env;
  const auto written = whole ? host.write_file(paths::update, text, {0600}) : Status();
  wipe(text);
  wipe(*config);
  wipe(*env);
  return written;
}

Result<bool> has_moved(const Probe& probe, const Snapshot& snapshot, const Artifact& artifact,
                       const User& user) {
  AGENT_TRY_ASSIGN(const auto version, artifact.current(probe));
  if (version != snapshot.version) return true;
  auto env = probe.read_file({user, openclaw::env_file});
  if (!env && env.error().code != Errc::not_found) return pass(std::move(env));
  const bool same = env ? *env == snapshot.env : snapshot.env.empty();
  if (env) wipe(*env);
  return !same;
}

// `current` is changed last: when a run is interrupted before that, the next one starts this again.
Status put_back(Host& host, const Snapshot& snapshot, const Artifact& artifact, const User& user) {
  AGENT_TRY_ASSIGN(const bool config, restore(host, {user, openclaw::config_file}, snapshot.config, {0600}));
  AGENT_TRY_ASSIGN(const bool unit, restore(host, {user, openclaw::unit_file}, snapshot.unit, {0644}));
  bool env = false;
  if (!snapshot.env.empty()) {
    AGENT_TRY_ASSIGN(env, restore(host, {user, openclaw::env_file}, snapshot.env, {0600}));
  }
  const auto scope = Scope::of(user);
  AGENT_TRY_ASSIGN(const auto running, host.unit(scope, openclaw::unit_name));
  if (config || unit || env || running.active_state != "active") {
    AGENT_TRY(host.reload_manager(scope));
    AGENT_TRY(host.reset_failed(scope, openclaw::unit_name));
    AGENT_TRY(host.restart_unit(scope, openclaw::unit_name, openclaw::restart_timeout));
  }
  return artifact.make_current(host, snapshot.version);
}

}  // namespace agent
