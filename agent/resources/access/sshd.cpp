// SPDX-License-Identifier: Apache-2.0
#include "resources/access/sshd.hpp"

#include <algorithm>
#include <array>
#include <sstream>

#include "core/paths.hpp"
#include "ports/run_checked.hpp"
#include "resources/tailscale/status.hpp"

namespace agent {
namespace {

// sshd_config(5): the first value wins, so our file sorts before cloud-init's 50-cloud-init.conf.
const std::string drop_in = "/etc/ssh/sshd_config.d/00-bootstrap-agent.conf";
constexpr std::string_view content =
    "# Made by bootstrap-agent: keys only. Tailscale SSH is how the operator gets in.\n"
    "PasswordAuthentication no\n"
    "KbdInteractiveAuthentication no\n"
    "PermitRootLogin prohibit-password\n"
    "PermitEmptyPasswords no\n";

// The settings that `sshd -T` must print. It prints prohibit-password with its old name.
struct Wanted {
  std::string_view keyword;
  std::string SshdState::*seen;
  std::string_view value;
};
constexpr std::array<Wanted, 4> wanted = {
    {{"passwordauthentication", &SshdState::password_authentication, "no"},
     {"kbdinteractiveauthentication", &SshdState::kbd_interactive_authentication, "no"},
     {"permitrootlogin", &SshdState::permit_root_login, "without-password"},
     {"permitemptypasswords", &SshdState::permit_empty_passwords, "no"}}};

std::string setting(const std::string& settings, std::string_view keyword) {
  const auto text = "\n" + settings;
  const auto at = text.find(fmt::format("\n{} ", keyword));
  if (at == std::string::npos) return "unknown";
  const auto begin = at + keyword.size() + 2;
  return text.substr(begin, text.find('\n', begin) - begin);
}

bool lacks_host_keys(const Completed& settings) {
  return settings.err.find("no hostkeys available") != std::string::npos;
}

// With socket activation, the server's run directory is made at its first start.
bool has_never_run(const Completed& done) {
  return done.err.find("privilege separation") != std::string::npos;
}

bool passwords_are_off(const SshdState& state) {
  return state.server == SshdState::Server::known && state.password_authentication == "no" &&
         state.kbd_interactive_authentication == "no";
}

bool in_sync(const SshdState& state) {
  if (state.server == SshdState::Server::absent) return true;
  if (state.drop_in != OwnFile::as_made) return false;
  if (state.server == SshdState::Server::never_run) return true;
  return state.server == SshdState::Server::known &&
         std::all_of(wanted.begin(), wanted.end(),
                     [&](const Wanted& each) { return state.*each.seen == each.value; });
}

// cloud-init makes the host keys once, and syncs nothing. ssh-keygen(1) -A makes only the keys whose files
// are absent.
Status make_host_keys(Host& host) {
  AGENT_TRY_ASSIGN(auto names, host.list("/etc/ssh"));
  for (const auto& name : names) {
    AGENT_TRY_ASSIGN(auto info, host.stat("/etc/ssh/" + name));
    if (name.starts_with("ssh_host_") && info && info->size == 0) AGENT_TRY(host.remove("/etc/ssh/" + name));
  }
  Command command;
  command.argv = {"ssh-keygen", "-A"};
  AGENT_TRY(run_checked(host, command));
  return {};
}

// After a power cut there must be no settings that sshd refuses. So they are tested in a draft first, in the
// same position as later: before all others.
Status judge(Host& host) {
  const auto draft = paths::work + "/sshd_config";
  AGENT_TRY(host.write_file(draft, std::string(content) + "Include /etc/ssh/sshd_config\n", {0600}));
  Command check;
  check.argv = {"sshd", "-t", "-f", draft};
  auto judged = host.run(check);
  AGENT_TRY(host.remove(draft));
  if (!judged) return pass(std::move(judged));
  if (judged->ok() || has_never_run(*judged)) return {};
  return fail(Errc::failed, "sshd -t refuses our settings, so they were not put in place: {}",
              failure_text(check, *judged));
}

// Whether root has a key that gives a shell. Where root's login is disabled, cloud-init's lines only print a
// text: command="echo 'Please login as …'".
bool root_has_key(const Probe& probe) {
  auto text = probe.read_file("/root/.ssh/authorized_keys");
  std::istringstream lines(text ? *text : std::string());
  for (std::string line; std::getline(lines, line);)
    if (!line.empty() && !line.starts_with('#') && line.find("command=\"") == std::string::npos) return true;
  return false;
}

}  // namespace

// After the packages, because apt may upgrade openssh-server. After access over the tailnet, because until
// then passwords may be the only access.
Sshd::Sshd(const Profile& profile, std::optional<NewConnection> session)
    : ResourceOf({"sshd", {"packages", "tailscale/access"}, {}}),
      tailscale_ssh_(profile.tailscale.ssh),
      session_(std::move(session)) {}

Status Sshd::keeps_operator_access(const Probe& probe) const {
  bool by_sshd = !tailscale_ssh_;
  if (session_) {
    AGENT_TRY_ASSIGN(auto status, tailscale_status(probe));
    by_sshd = by_sshd || std::count(status.addresses.begin(), status.addresses.end(), session_->to) == 0;
  }
  if (!by_sshd || root_has_key(probe))
    return {};  // a key of the gateway's user is not enough: this user gets no full sudo
  return fail(
      Errc::refused,
      "passwords were left on: you log in through sshd, and root has no key in /root/.ssh/authorized_keys. "
      "Add one, or start the run over Tailscale SSH (ssh root@NODE)");
}

Result<SshdState> Sshd::look(const Probe& probe) const {
  SshdState state;
  AGENT_TRY_ASSIGN(const bool installed, probe.exists("/usr/sbin/sshd"));
  if (!installed) return state;
  state.drop_in = look_at_own_file(probe, drop_in, content);
  const auto query = Query::sshd_settings();
  AGENT_TRY_ASSIGN(auto settings, with_context(probe.query(query), "sshd -T"));
  if (has_never_run(settings))  // behind a closed firewall ssh.socket may never start it
    if (auto from_files = probe.query(Query::sshd_file_settings()); from_files && from_files->ok())
      settings = std::move(*from_files);
  if (settings.ok()) {
    state.server = SshdState::Server::known;
    for (const auto& each : wanted) state.*each.seen = setting(settings.out, each.keyword);
  } else if (has_never_run(settings)) {
    state.server = SshdState::Server::never_run;
  } else if (lacks_host_keys(settings)) {
    state.server = SshdState::Server::no_host_keys;
  } else {
    return fail(Errc::failed, "sshd -T: {}", failure_text(query.command(), settings));
  }
  return state;
}

Observation Sshd::describe(const SshdState& state) const {
  Observation seen;
  if (state.server == SshdState::Server::absent) {
    seen.note("no OpenSSH server is installed; nothing to harden");
    return seen;
  }
  describe_own_file(state.drop_in, "drop-in", "as made", seen);
  if (state.server == SshdState::Server::never_run)
    seen.note("sshd has not run yet; only its drop-in was looked at");
  else if (state.server == SshdState::Server::no_host_keys)
    seen.drift("host keys", "none", "made");
  else
    for (const auto& each : wanted) seen.expect(each.keyword, state.*each.seen, each.value);
  return seen;
}

Status Sshd::apply(Host& host, const SshdState& state) {
  if (in_sync(state)) return {};
  if (state.server == SshdState::Server::no_host_keys) AGENT_TRY(make_host_keys(host));
  if (!passwords_are_off(state)) AGENT_TRY(keeps_operator_access(host));
  AGENT_TRY(judge(host));
  AGENT_TRY(host.make_directory("/etc/ssh/sshd_config.d", {0755}));
  AGENT_TRY(host.write_file(drop_in, content, {0644}));
  AGENT_TRY_ASSIGN(auto service, host.unit(Scope::system(), "ssh.service"));
  // Without host keys the service has failed.
  if (service.active_state != "active" && service.active_state != "failed") return {};
  // Sessions survive the restart: KillMode=process.
  return host.restart_unit(Scope::system(), "ssh.service", Milliseconds(30'000));
}

}  // namespace agent
