// SPDX-License-Identifier: Apache-2.0
#include "resources/access/accounts.hpp"

#include "core/paths.hpp"
#include "resources/access/account_programs.hpp"
#include "resources/access/groups.hpp"
#include "resources/common/users.hpp"

namespace agent {
namespace {

// useradd(8) makes the account first, then its home, and syncs neither. When this file exists, a run ended in
// between: the home may be incomplete, and nothing else uses it yet.
std::string half_made(const std::string& user) { return paths::stamps + "/making-" + user; }

}  // namespace

GatewayUser::GatewayUser(std::string user) : ResourceOf({"user", {}, {"accounts"}}), user_(std::move(user)) {}

Result<GatewayUserState> GatewayUser::look(const Probe& probe) const {
  GatewayUserState state;
  AGENT_TRY_ASSIGN(state.account, probe.find_user(user_));
  if (!state.account) return state;
  if (state.account->uid == 0)
    return fail(Errc::invalid, "{} is root: name an unprivileged user in the profile (key user)", user_);
  AGENT_TRY_ASSIGN(state.home, probe.exists(state.account->home));
  AGENT_TRY_ASSIGN(state.half_made, probe.exists(half_made(user_)));
  return state;
}

Observation GatewayUser::describe(const GatewayUserState& state) const {
  Observation seen;
  if (!state.account) {
    seen.drift("account", "absent", user_);
    return seen;
  }
  if (!state.home || state.half_made)
    seen.drift("home", state.home ? "incomplete, from an interrupted run" : "absent", state.account->home);
  for (const auto& group : powerful_groups(*state.account))
    seen.drift(fmt::format("group {}", group), "member", "not a member");
  describe_ageing(*state.account, seen);
  return seen;
}

Status GatewayUser::make(Host& host, const GatewayUserState& state) const {
  if (!state.account) {
    AGENT_TRY(host.write_file(half_made(user_), "", {0644}));
    if (auto made = run_account_program(host, {"useradd", "--create-home", "--shell", "/bin/bash", user_});
        !made) {
      AGENT_TRY(host.remove(
          half_made(user_)));  // without the mark, an account that somebody makes by hand keeps its home
      return made;
    }
  } else {
    if (state.half_made) AGENT_TRY(host.remove_tree("/home/" + user_));  // where useradd makes the home
    AGENT_TRY(run_account_program(host, {"mkhomedir_helper", user_}));
  }
  AGENT_TRY(end_ageing(host, user_));  // useradd(8) takes login.defs' PASS_MAX_DAYS
  AGENT_TRY(host.sync());
  return host.remove(half_made(user_));
}

Status GatewayUser::apply(Host& host, const GatewayUserState& state) {
  if (!state.account) return make(host, state);
  if (!state.home || state.half_made) AGENT_TRY(make(host, state));
  for (const auto& group : powerful_groups(*state.account))
    AGENT_TRY(run_account_program(host, {"gpasswd", "--delete", user_, group}));
  return ages(*state.account) ? end_ageing(host, user_) : Status();
}

BuildUser::BuildUser() : ResourceOf({"openclaw/builder", {}, {"accounts"}}) {}

Result<BuildUserState> BuildUser::look(const Probe& probe) const {
  AGENT_TRY_ASSIGN(const auto found, probe.find_user(build_account));
  return BuildUserState{found.has_value()};
}

Observation BuildUser::describe(const BuildUserState& state) const {
  Observation seen;
  if (!state.present) seen.drift("account", "absent", build_account);
  return seen;
}

Status BuildUser::apply(Host& host, const BuildUserState& state) {
  if (state.present) return {};
  return run_account_program(host, {"useradd", "--system", "--no-create-home", "--home-dir", "/nonexistent",
                                    "--shell", "/usr/sbin/nologin", build_account});
}

// A manager that is stopping is waited for: user@.service has TimeoutStopSec=120, and its units may need all
// of it.
constexpr Milliseconds manager_timeout(180'000);

// The package dbus-user-session must be installed before the manager starts, or its bus has no socket.
Linger::Linger(std::string user)
    : ResourceOf({"user/linger", {"user", "packages"}, {}}), user_(std::move(user)) {}

Result<LingerState> Linger::look(const Probe& probe) const {
  LingerState state;
  AGENT_TRY_ASSIGN(state.user, gateway_user(probe, user_));
  AGENT_TRY_ASSIGN(state.marked, probe.exists("/var/lib/systemd/linger/" + user_));
  const auto unit = fmt::format("user@{}.service", state.user.uid);
  AGENT_TRY_ASSIGN(const auto manager, probe.unit(Scope::system(), unit));
  state.manager = manager.active_state;
  if (state.manager != "active") return state;
  state.held_groups = powerful_groups(probe, manager.main_pid);
  // The manager may run without a bus: the user stopped it, or it never existed. The question works with any
  // unit.
  const auto answer = probe.unit(Scope::of(state.user), "default.target");
  state.bus_answers = answer || answer.error().code != Errc::unavailable;
  return state;
}

Observation Linger::describe(const LingerState& state) const {
  Observation seen;
  if (!state.marked) seen.drift("linger", "off", "on");
  seen.expect("user manager", state.manager, "active");
  if (!state.bus_answers) seen.drift("user's bus", "does not answer", "answers");
  for (const auto& group : state.held_groups)
    seen.drift(fmt::format("group {} of the running user manager", group), "member", "not a member");
  return seen;
}

Status Linger::apply(Host& host, const LingerState& state) {
  if (!state.held_groups.empty())
    AGENT_TRY(
        host.restart_unit(Scope::system(), fmt::format("user@{}.service", state.user.uid), manager_timeout));
  if (state.marked && state.manager == "active" && state.bus_answers) return {};
  return host.enable_linger(state.user, manager_timeout);
}

}  // namespace agent
