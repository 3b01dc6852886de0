#include "resources/access/accounts.hpp"

#include <algorithm>
#include <array>

#include "core/paths.hpp"
#include "resources/common/users.hpp"

namespace agent {
namespace {

// Each amounts to root, or (adm) reads the logs.
constexpr std::array<std::string_view, 5> forbidden_groups = {"sudo", "admin", "docker", "lxd", "adm"};

Status run(Host& host, std::vector<std::string> argv) {
  Command command;
  command.argv = std::move(argv);
  AGENT_TRY_ASSIGN(auto done, host.run(command));
  if (!done.ok()) return fail(Errc::failed, "{}: {}", command.argv.front(), done.err.substr(0, done.err.find('\n')));
  return {};
}

// useradd(8) makes the account first, then its home, and syncs neither. When this is there, a run ended in between: the home may be
// incomplete, and nothing else has begun to use it.
std::string half_made(const std::string& user) { return paths::stamps + "/making-" + user; }

}  // namespace

GatewayUser::GatewayUser(std::string user) : Resource({"user", {}, {"accounts"}}), user_(std::move(user)) {}

Result<Observation> GatewayUser::observe(const Probe& probe) const {
  AGENT_TRY_ASSIGN(auto found, probe.find_user(user_));
  Observation seen;
  if (!found) {
    seen.drift("account", "absent", user_);
    return seen;
  }
  const User& user = *found;
  if (user.uid == 0) return fail(Errc::invalid, "{} is root: name an unprivileged user in the profile (key user)", user_);
  AGENT_TRY_ASSIGN(auto home, probe.stat(user.home));
  AGENT_TRY_ASSIGN(auto half, probe.stat(half_made(user_)));
  if (!home || half) seen.drift("home", home ? "half made, by a run that was cut off" : "absent", user.home);
  for (auto group : forbidden_groups)
    if (std::find(user.groups.begin(), user.groups.end(), group) != user.groups.end())
      seen.drift(fmt::format("group {}", group), "member", "not a member");
  return seen;
}

Status GatewayUser::make(Host& host, const Observation& seen) const {
  if (seen.has("account")) {
    AGENT_TRY(host.write_file(half_made(user_), "", {0644}));
    if (auto made = run(host, {"useradd", "--create-home", "--shell", "/bin/bash", user_}); !made) {
      AGENT_TRY(host.remove(half_made(user_)));  // who now makes the account by hand keeps what is in its home
      return made;
    }
  } else {
    AGENT_TRY_ASSIGN(auto half, host.stat(half_made(user_)));
    if (half) AGENT_TRY(host.remove_tree("/home/" + user_));  // where useradd makes it
    AGENT_TRY(run(host, {"mkhomedir_helper", user_}));
  }
  AGENT_TRY(host.sync());
  return host.remove(half_made(user_));
}

Status GatewayUser::apply(Host& host, const Observation& seen) {
  if (seen.has("account") || seen.has("home")) AGENT_TRY(make(host, seen));
  for (auto group : forbidden_groups)
    if (seen.has(fmt::format("group {}", group)))
      AGENT_TRY(run(host, {"gpasswd", "--delete", user_, std::string(group)}));
  return {};
}

// After sshd, which waits for the tailnet and for a way in without passwords: it may be what the operator logs in with.
UserPassword::UserPassword(std::string user) : Resource({"user/password", {"user", "sshd"}, {"accounts"}}), user_(std::move(user)) {}

Result<Observation> UserPassword::observe(const Probe& probe) const {
  AGENT_TRY_ASSIGN(auto user, probe.find_user(user_));
  Observation seen;  // one that is not there yet is made without a password
  if (user && !user->password_locked) seen.drift("password", "set or empty", "locked");
  return seen;
}

Status UserPassword::apply(Host& host, const Observation& /*seen*/) { return run(host, {"usermod", "--lock", "--", user_}); }

BuildUser::BuildUser() : Resource({"openclaw/builder", {}, {"accounts"}}) {}

Result<Observation> BuildUser::observe(const Probe& probe) const {
  AGENT_TRY_ASSIGN(auto found, probe.find_user(build_account));
  Observation seen;
  if (!found) seen.drift("account", "absent", build_account);
  return seen;
}

Status BuildUser::apply(Host& host, const Observation& /*seen*/) {
  return run(host, {"useradd", "--system", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin",
                    build_account});
}

// A manager that is on its way down is waited for: user@.service's TimeoutStopSec= is 120 s, and its units may use them up.
constexpr Milliseconds manager_timeout(180'000);

// dbus-user-session (a package) must be there before the manager starts, or its bus has no socket.
Linger::Linger(std::string user) : Resource({"user/linger", {"user", "packages"}, {}}), user_(std::move(user)) {}

Result<Observation> Linger::observe(const Probe& probe) const {
  auto user = gateway_user(probe, user_);
  if (!user) return Observation::blocked(user.error().message);
  AGENT_TRY_ASSIGN(auto marked, probe.stat("/var/lib/systemd/linger/" + user_));
  Observation seen;
  if (!marked) seen.drift("linger", "off", "on");
  AGENT_TRY_ASSIGN(auto manager, probe.unit(Scope::system(), fmt::format("user@{}.service", user->uid)));
  seen.expect("user manager", manager.active_state, "active");
  if (manager.active_state != "active") return seen;
  // Its bus may be gone while it lives: stopped by the user, or never there. Any unit will do to ask.
  auto answer = probe.unit(Scope::of(*user), "default.target");
  if (!answer && answer.error().code == Errc::unavailable) seen.drift("user's bus", "does not answer", "answers");
  return seen;
}

Status Linger::apply(Host& host, const Observation& /*seen*/) {
  AGENT_TRY_ASSIGN(auto user, gateway_user(host, user_));
  return host.enable_linger(user, manager_timeout);
}

}  // namespace agent
