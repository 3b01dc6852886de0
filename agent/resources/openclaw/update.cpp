// SPDX-License-Identifier: Apache-2.0
#include "resources/openclaw/update.hpp"

#include "core/paths.hpp"
#include "resources/common/users.hpp"
#include "resources/openclaw/gateway.hpp"
#include "resources/openclaw/program/package.hpp"

namespace agent {

OpenclawUpdate::OpenclawUpdate(const Profile& profile, const Ledger& ledger)
    : ResourceOf({resource_name, {}, {}, true}),
      user_(profile.user),
      artifact_(openclaw_artifact(profile)),
      gateway_(profile.gateway),
      ledger_(ledger) {}

Result<std::vector<std::string>> OpenclawUpdate::outdated(const Probe& probe) const {
  AGENT_TRY_ASSIGN(auto versions, artifact_.others(probe));
  AGENT_TRY_ASSIGN(const auto used, artifact_.current(probe));
  if (!versions.empty()) versions.erase(versions.begin());
  std::erase(versions, used);
  return versions;
}

Result<OpenclawUpdateState> OpenclawUpdate::look(const Probe& probe) const {
  OpenclawUpdateState state;
  AGENT_TRY_ASSIGN(const auto snapshot, read_snapshot(probe));
  if (snapshot) {
    state.kept_version = snapshot->version;
    return state;
  }
  AGENT_TRY_ASSIGN(state.half_destroyed, probe.exists(paths::update));
  AGENT_TRY_ASSIGN(state.outdated, outdated(probe));
  return state;
}

Observation OpenclawUpdate::describe(const OpenclawUpdateState& state) const {
  Observation seen;
  if (state.kept_version && *state.kept_version != artifact_.version())
    seen.drift("update", fmt::format("from {} to {}, not finished", *state.kept_version, artifact_.version()),
               "finished");
  else if (state.kept_version)
    seen.drift("new secrets", "not seen in use", "in use");
  if (state.half_destroyed) seen.drift(paths::update, "partly destroyed, by an interrupted run", "absent");
  for (const auto& version : state.outdated)
    seen.drift("version " + version, "present", "absent: the newest two are kept");
  return seen;
}

Status OpenclawUpdate::go_back(Host& host, const Snapshot& snapshot, const User& user) const {
  AGENT_TRY_ASSIGN(const auto now, artifact_.current(host));
  AGENT_TRY(put_back(host, snapshot, artifact_, user));
  AGENT_TRY(host.wipe_file(paths::update));
  const auto ready = wait_until_ready(host, user, gateway_);
  const bool update = now != snapshot.version;
  const auto what =
      update ? fmt::format(
                   "openclaw {} did not become ready, so {} was put back with its unit and configuration",
                   artifact_.version(), snapshot.version)
             : "the gateway did not become ready with the new secrets, so the old ones were put back";
  if (!ready) return fail(ready.error().code, "{}; it is not ready either: {}", what, ready.error().message);
  return fail(Errc::refused, "{}, and is ready{}", what, update ? ": pin that version, or another" : "");
}

Status OpenclawUpdate::go_back_if_needed(Host& host) const {
  if (ledger_.settled("openclaw/gateway")) return {};
  AGENT_TRY_ASSIGN(const auto snapshot, read_snapshot(host));
  if (!snapshot) return {};
  AGENT_TRY_ASSIGN(const auto user, gateway_user(host, user_));
  AGENT_TRY_ASSIGN(const bool moved, has_moved(host, *snapshot, artifact_, user));
  return moved ? go_back(host, *snapshot, user) : Status();
}

Status OpenclawUpdate::apply(Host& host, const OpenclawUpdateState& state) {
  if (state.kept_version) AGENT_TRY(go_back_if_needed(host));
  if (state.kept_version || state.half_destroyed) AGENT_TRY(host.wipe_file(paths::update));
  auto versions = state.outdated;
  if (state.kept_version) {  // not needed any more
    AGENT_TRY_ASSIGN(versions, outdated(host));
  }
  for (const auto& version : versions) AGENT_TRY(artifact_.remove(host, version));
  return {};
}

}  // namespace agent
