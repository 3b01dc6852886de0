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

struct WayBack {
  std::string version;
  std::string unit;
  std::string config;  // the owner's: it may hold what nobody else should read
  std::string env;     // empty: there was none

  WayBack() = default;
  WayBack(WayBack&&) = default;
  WayBack& operator=(WayBack&&) = default;
  WayBack(const WayBack&) = delete;
  WayBack& operator=(const WayBack&) = delete;
  ~WayBack() {
    wipe(config);
    wipe(env);
  }
};

namespace {

// What a wipe that was cut off has left is none: it was done with.
Result<std::optional<WayBack>> read_way_back(const Probe& probe) {
  auto text = read_wiped(probe, paths::update);
  if (!text && text.error().code == Errc::not_found) return std::nullopt;
  if (!text) return pass(std::move(text));
  const auto kept = parse_json(*text);
  wipe(*text);
  WayBack back;
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
Result<bool> moved(const Probe& probe, const WayBack& back, const Artifact& openclaw, const User& user) {
  auto version = openclaw.current(probe);
  if (!version) return pass(std::move(version));
  if (*version != back.version) return true;
  auto env = probe.read_file({user, OpenclawEnv::file});
  if (!env && env.error().code != Errc::not_found) return pass(std::move(env));
  const bool same = env ? *env == back.env : back.env.empty();
  if (env) wipe(*env);
  return !same;
}

// `current` goes back last: until then a run that was cut off in here begins anew.
Status go_back(Host& host, const WayBack& back, const Artifact& openclaw, const User& user) {
  auto config = put_back(host, {user, OpenclawConfig::file}, back.config, {0600});
  if (!config) return pass(std::move(config));
  auto unit = put_back(host, {user, OpenclawUnit::unit_file}, back.unit, {0644});
  if (!unit) return pass(std::move(unit));
  Result<bool> env = false;
  if (!back.env.empty()) env = put_back(host, {user, OpenclawEnv::file}, back.env, {0600});
  if (!env) return pass(std::move(env));
  const auto scope = Scope::of(user);
  auto running = host.unit(scope, OpenclawUnit::unit_name);
  if (!running) return pass(std::move(running));
  if (*config || *unit || *env || running->active_state != "active") {
    AGENT_TRY(host.reload_manager(scope));
    AGENT_TRY(host.reset_failed(scope, OpenclawUnit::unit_name));
    AGENT_TRY(host.restart_unit(scope, OpenclawUnit::unit_name, OpenclawUnit::restart_timeout));
  }
  return openclaw.make_current(host, back.version);
}

}  // namespace

Status keep_way_back(Host& host, const Artifact& openclaw, const std::string& user_name) {
  auto kept = read_way_back(host);
  if (!kept) return pass(std::move(kept));
  auto verified = host.stat(paths::receipt);
  if (!verified) return pass(std::move(verified));
  auto version = openclaw.current(host);
  if (!version) return pass(std::move(version));
  auto user = gateway_user(host, user_name);
  if (*kept || !*verified || version->empty() || !user) return {};
  auto unit = host.read_file({*user, OpenclawUnit::unit_file});
  auto config = host.read_file({*user, OpenclawConfig::file});
  if (!unit || !config) return {};  // not a whole one: nothing to go back to
  auto env = host.read_file({*user, OpenclawEnv::file});
  if (!env) env = std::string();
  auto text = Json{{"version", *version}, {"unit", *unit}, {"config", *config}, {"env", *env}}.dump(-1, ' ', false, Json::error_handler_t::replace);
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
  auto used = artifact_.current(probe);
  if (!used) return pass(std::move(used));
  if (!versions->empty()) versions->erase(versions->begin());
  std::erase(*versions, *used);
  return versions;
}

Result<Observation> OpenclawUpdate::observe(const Probe& probe) const {
  Observation seen;
  auto back = read_way_back(probe);
  if (!back) return pass(std::move(back));
  if (*back) {  // it needs them all
    const bool update = (*back)->version != artifact_.version();
    seen.drift(update ? "update" : "new secrets",
               update ? fmt::format("from {} to {}, not seen to its end", (*back)->version, artifact_.version()) : "not seen to be taken",
               "ended");
    return seen;
  }
  auto rest = probe.stat(paths::update);
  if (!rest) return pass(std::move(rest));
  if (*rest) seen.drift(paths::update, "half destroyed, by a run that was cut off", "absent");
  auto versions = outdated(probe);
  if (!versions) return pass(std::move(versions));
  for (const auto& version : *versions) seen.drift("version " + version, "present", "absent: the newest two are kept");
  return seen;
}

// An error in any case: what was asked for is not what there is.
Status OpenclawUpdate::return_to(Host& host, const WayBack& back, const User& user) const {
  auto now = artifact_.current(host);
  if (!now) return pass(std::move(now));
  AGENT_TRY(go_back(host, back, artifact_, user));
  AGENT_TRY(host.wipe_file(paths::update));
  const auto ready = wait_until_ready(host, user, gateway_);
  const bool update = *now != back.version;
  const auto what = update ? fmt::format("openclaw {} did not become ready, so {} was put back with its unit and configuration",
                                         artifact_.version(), back.version)
                           : "the gateway did not become ready with the new secrets, so the old ones were put back";
  if (!ready) return fail(ready.error().code, "{}; it is not ready either: {}", what, ready.error().message);
  return fail(Errc::failed, "{}, and is ready{}", what, update ? ": pin that version, or another" : "");
}

Status OpenclawUpdate::apply(Host& host, const Observation& seen) {
  auto back = read_way_back(host);
  if (!back) return pass(std::move(back));
  if (*back && !ledger_.settled("openclaw/gateway")) {
    auto user = gateway_user(host, user_);
    if (!user) return pass(std::move(user));
    auto has_moved = moved(host, **back, artifact_, *user);
    if (!has_moved) return pass(std::move(has_moved));
    if (*has_moved) return return_to(host, **back, *user);
  }
  if (*back || seen.has(paths::update)) AGENT_TRY(host.wipe_file(paths::update));
  auto versions = outdated(host);
  if (!versions) return pass(std::move(versions));
  for (const auto& version : *versions) AGENT_TRY(artifact_.remove(host, version));
  return {};
}

}  // namespace agent
