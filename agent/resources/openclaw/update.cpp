#include "resources/openclaw/update.hpp"

#include "base/json.hpp"
#include "base/secret.hpp"
#include "core/paths.hpp"
#include "resources/common/users.hpp"
#include "resources/common/secure_replace.hpp"
#include "resources/common/untrusted_json.hpp"
#include "resources/openclaw/config.hpp"
#include "resources/openclaw/env.hpp"
#include "resources/openclaw/gateway.hpp"
#include "resources/openclaw/package.hpp"
#include "resources/openclaw/unit.hpp"

namespace agent {

struct Snapshot {
  std::string version;
  std::string unit;
  std::string config;  // the owner's: it may hold what nobody else should read
  std::string env;     // empty: there was none

  Snapshot() = default;
  Snapshot(Snapshot&&) = default;
  Snapshot& operator=(Snapshot&&) = default;
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;
  ~Snapshot() {
    wipe(config);
    wipe(env);
  }
};

namespace {

// What a wipe that was cut off has left is none: it was done with.
Result<std::optional<Snapshot>> read_snapshot(const Probe& probe) {
  auto text = read_secure(probe, paths::update);
  if (!text && text.error().code == Errc::not_found) return std::nullopt;
  if (!text) return pass(std::move(text));
  const auto kept = parse_json(*text);
  wipe(*text);
  Snapshot back;
  back.version = text_in(kept, "version");
  back.unit = text_in(kept, "unit");
  back.config = text_in(kept, "config");
  back.env = text_in(kept, "env");
  if (back.version.empty() || back.unit.empty() || back.config.empty())
    return fail(Errc::invalid, "{} is damaged: remove it and run again", paths::update);
  return back;
}

// Puts a file of the user's back if it is another now; true when it was.
Result<bool> put_back(Host& host, const Path& path, const std::string& content, const FileMode& mode) {
  auto now = host.read_file(path);
  if (!now && now.error().code != Errc::not_found) return pass(std::move(now));
  const bool same = now && *now == content;
  if (now) wipe(*now);
  if (same) return false;
  if (auto written = host.write_secret_file(path, content, mode); !written) return pass(std::move(written));
  return true;
}

// Whether anything has moved since the way back was kept: a run may have failed before it came to that.
Result<bool> moved(const Probe& probe, const Snapshot& back, const Artifact& openclaw, const User& user) {
  AGENT_TRY_ASSIGN(auto version, openclaw.current(probe));
  if (version != back.version) return true;
  auto env = probe.read_file({user, OpenclawEnv::file});
  if (!env && env.error().code != Errc::not_found) return pass(std::move(env));
  const bool same = env ? *env == back.env : back.env.empty();
  if (env) wipe(*env);
  return !same;
}

// `current` goes back last: until then a run that was cut off in here begins anew.
Status go_back(Host& host, const Snapshot& back, const Artifact& openclaw, const User& user) {
  AGENT_TRY_ASSIGN(auto config, put_back(host, {user, OpenclawConfig::file}, back.config, {0600}));
  AGENT_TRY_ASSIGN(auto unit, put_back(host, {user, OpenclawUnit::unit_file}, back.unit, {0644}));
  Result<bool> env = false;
  if (!back.env.empty()) env = put_back(host, {user, OpenclawEnv::file}, back.env, {0600});
  if (!env) return pass(std::move(env));
  const auto scope = Scope::of(user);
  AGENT_TRY_ASSIGN(auto running, host.unit(scope, OpenclawUnit::unit_name));
  if (config || unit || *env || running.active_state != "active") {
    AGENT_TRY(host.reload_manager(scope));
    AGENT_TRY(host.reset_failed(scope, OpenclawUnit::unit_name));
    AGENT_TRY(host.restart_unit(scope, OpenclawUnit::unit_name, OpenclawUnit::restart_timeout));
  }
  return openclaw.make_current(host, back.version);
}

}  // namespace

Status keep_snapshot(Host& host, const Artifact& openclaw, const std::string& user_name) {
  AGENT_TRY_ASSIGN(auto kept, read_snapshot(host));
  AGENT_TRY_ASSIGN(auto verified, host.stat(paths::receipt));
  AGENT_TRY_ASSIGN(auto version, openclaw.current(host));
  auto user = gateway_user(host, user_name);
  if (kept || !verified || version.empty() || !user) return {};
  auto unit = host.read_file({*user, OpenclawUnit::unit_file});
  auto config = host.read_file({*user, OpenclawConfig::file});
  if (!unit || !config) return {};  // not a whole one: nothing to go back to
  auto env = host.read_file({*user, OpenclawEnv::file});
  if (!env) env = std::string();
  auto text = Json{{"version", version}, {"unit", *unit}, {"config", *config}, {"env", *env}}.dump(-1, ' ', false, Json::error_handler_t::replace);
  // What is not UTF-8 is no text to JSON: it would come back as something else.
  const auto again = parse_json(text);
  const bool whole = text_in(again, "config") == *config && text_in(again, "env") == *env;
  const auto written = whole ? host.write_file(paths::update, text, {0600}) : Status();
  wipe(text);
  wipe(*config);
  wipe(*env);
  return written;
}

OpenclawUpdate::OpenclawUpdate(const Profile& profile, const Ledger& ledger)
    : Resource({resource_name, {}, {}, true}),
      user_(profile.user),
      artifact_(openclaw_artifact(profile)),
      gateway_(profile.gateway),
      ledger_(ledger) {}

Result<std::vector<std::string>> OpenclawUpdate::outdated(const Probe& probe) const {
  auto versions = artifact_.others(probe);
  if (!versions) return versions;
  AGENT_TRY_ASSIGN(auto used, artifact_.current(probe));
  if (!versions->empty()) versions->erase(versions->begin());
  std::erase(*versions, used);
  return versions;
}

Result<Observation> OpenclawUpdate::observe(const Probe& probe) const {
  Observation seen;
  AGENT_TRY_ASSIGN(auto back, read_snapshot(probe));
  if (back) {  // it needs them all
    const bool update = back->version != artifact_.version();
    seen.drift(update ? "update" : "new secrets",
               update ? fmt::format("from {} to {}, not seen to its end", back->version, artifact_.version()) : "not seen to be taken",
               "ended");
    return seen;
  }
  AGENT_TRY_ASSIGN(auto rest, probe.stat(paths::update));
  if (rest) seen.drift(paths::update, "half destroyed, by a run that was cut off", "absent");
  AGENT_TRY_ASSIGN(auto versions, outdated(probe));
  for (const auto& version : versions) seen.drift("version " + version, "present", "absent: the newest two are kept");
  return seen;
}

// An error in any case: what was asked for is not what there is.
Status OpenclawUpdate::return_to(Host& host, const Snapshot& back, const User& user) const {
  AGENT_TRY_ASSIGN(auto now, artifact_.current(host));
  AGENT_TRY(go_back(host, back, artifact_, user));
  AGENT_TRY(host.wipe_file(paths::update));
  const auto ready = wait_until_ready(host, user, gateway_);
  const bool update = now != back.version;
  const auto what = update ? fmt::format("openclaw {} did not become ready, so {} was put back with its unit and configuration",
                                         artifact_.version(), back.version)
                           : "the gateway did not become ready with the new secrets, so the old ones were put back";
  if (!ready) return fail(ready.error().code, "{}; it is not ready either: {}", what, ready.error().message);
  return fail(Errc::failed, "{}, and is ready{}", what, update ? ": pin that version, or another" : "");
}

Status OpenclawUpdate::apply(Host& host, const Observation& seen) {
  AGENT_TRY_ASSIGN(auto back, read_snapshot(host));
  if (back && !ledger_.settled("openclaw/gateway")) {
    AGENT_TRY_ASSIGN(auto user, gateway_user(host, user_));
    AGENT_TRY_ASSIGN(auto has_moved, moved(host, *back, artifact_, user));
    if (has_moved) return return_to(host, *back, user);
  }
  if (back || seen.has(paths::update)) AGENT_TRY(host.wipe_file(paths::update));
  AGENT_TRY_ASSIGN(auto versions, outdated(host));
  for (const auto& version : versions) AGENT_TRY(artifact_.remove(host, version));
  return {};
}

}  // namespace agent
