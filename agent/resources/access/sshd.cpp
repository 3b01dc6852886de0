#include "resources/access/sshd.hpp"

#include <algorithm>
#include <array>
#include <sstream>
#include <utility>

#include "core/paths.hpp"
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

// What `sshd -T` must say; it prints prohibit-password by its old name.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> wanted = {{{"passwordauthentication", "no"},
                                                                                 {"kbdinteractiveauthentication", "no"},
                                                                                 {"permitrootlogin", "without-password"},
                                                                                 {"permitemptypasswords", "no"}}};

const std::string host_keys = "host keys";

std::string setting(const std::string& settings, std::string_view keyword) {
  const auto text = "\n" + settings;
  const auto at = text.find(fmt::format("\n{} ", keyword));
  if (at == std::string::npos) return "unknown";
  const auto begin = at + keyword.size() + 2;
  return text.substr(begin, text.find('\n', begin) - begin);
}

bool lacks_host_keys(const Completed& settings) { return settings.err.find("no hostkeys available") != std::string::npos; }

// cloud-init makes them once, and syncs nothing. ssh-keygen(1) -A makes those whose files are absent.
Status make_host_keys(Host& host) {
  AGENT_TRY_ASSIGN(auto names, host.list("/etc/ssh"));
  for (const auto& name : names) {
    AGENT_TRY_ASSIGN(auto info, host.stat("/etc/ssh/" + name));
    if (name.starts_with("ssh_host_") && info && info->size == 0) AGENT_TRY(host.remove("/etc/ssh/" + name));
  }
  Command command;
  command.argv = {"ssh-keygen", "-A"};
  AGENT_TRY_ASSIGN(auto made, host.run(command));
  return made.ok() ? Status() : fail(Errc::failed, "ssh-keygen -A: {}", made.err);
}

// A power cut must not find settings in place that sshd refuses, so they are judged aside, read before all others as they will be.
Status judge(Host& host) {
  const auto draft = paths::work + "/sshd_config";
  AGENT_TRY(host.write_file(draft, std::string(content) + "Include /etc/ssh/sshd_config\n", {0600}));
  Command check;
  check.argv = {"sshd", "-t", "-f", draft};
  auto judged = host.run(check);
  AGENT_TRY(host.remove(draft));
  if (!judged) return pass(std::move(judged));
  // Socket activation: the server's run directory is made when it first starts.
  if (judged->ok() || judged->err.find("privilege separation") != std::string::npos) return {};
  return fail(Errc::failed, "sshd -t refuses our settings, so they were not put in place: {}", judged->err);
}

// A key of root's that gives a shell. cloud-init's lines where root is disabled only say so: command="echo 'Please login as …'".
bool root_has_key(const Probe& probe) {
  auto text = probe.read_file("/root/.ssh/authorized_keys");
  std::istringstream lines(text ? *text : std::string());
  for (std::string line; std::getline(lines, line);)
    if (!line.empty() && !line.starts_with('#') && line.find("command=\"") == std::string::npos) return true;
  return false;
}

}  // namespace

// After the packages: apt may be upgrading openssh-server. After the tailnet's login: until then passwords may be the only way in.
Sshd::Sshd(const Profile& profile, std::optional<NewConnection> session)
    : Resource({"sshd", {"packages", "tailscale/login"}, {}}),
      tailscale_ssh_(profile.tailscale.ssh),
      session_(std::move(session)) {}

Status Sshd::keeps_operator_access(const Probe& probe) const {
  bool by_sshd = !tailscale_ssh_;
  if (session_) {
    AGENT_TRY_ASSIGN(auto status, tailscale_status(probe));
    by_sshd = by_sshd || std::count(status.addresses.begin(), status.addresses.end(), session_->to) == 0;
  }
  if (!by_sshd || root_has_key(probe)) return {};  // a key of the gateway's user, who gets no sudo, is no way to root
  return fail(Errc::refused, "passwords were left on: sshd is the way in here, and root has no key in /root/.ssh/authorized_keys. "
              "Add one, or start the run over Tailscale SSH (ssh root@NODE)");
}

Result<Observation> Sshd::observe(const Probe& probe) const {
  AGENT_TRY_ASSIGN(auto installed, probe.stat("/usr/sbin/sshd"));
  Observation seen;
  if (!installed) {
    seen.notes.emplace_back("no OpenSSH server is installed; nothing to harden");
    return seen;
  }
  auto text = probe.read_file(drop_in);
  seen.expect("drop-in", text ? (*text == content ? "as made" : "changed") : "absent", "as made");
  AGENT_TRY_ASSIGN(auto settings, with_context(probe.query(Query::sshd_settings()), "sshd -T"));
  if (!settings.ok()) {
    if (settings.err.find("privilege separation") != std::string::npos) {
      seen.notes.emplace_back("sshd has not run yet; only its drop-in was looked at");
      return seen;
    }
    if (!lacks_host_keys(settings)) return fail(Errc::failed, "sshd -T: {}", settings.err);
    seen.drift(host_keys, "none", "made");
    return seen;
  }
  for (const auto& [keyword, value] : wanted) seen.expect(keyword, setting(settings.out, keyword), value);
  return seen;
}

Status Sshd::apply(Host& host, const Observation& seen) {
  if (seen.has(host_keys)) AGENT_TRY(make_host_keys(host));
  const bool passwords_are_off = seen.notes.empty() && !seen.has(host_keys) && !seen.has("passwordauthentication") && !seen.has("kbdinteractiveauthentication");
  if (!passwords_are_off) AGENT_TRY(keeps_operator_access(host));
  AGENT_TRY(judge(host));
  AGENT_TRY(host.make_directory("/etc/ssh/sshd_config.d", {0755}));
  AGENT_TRY(host.write_file(drop_in, content, {0644}));
  AGENT_TRY_ASSIGN(auto service, host.unit(Scope::system(), "ssh.service"));
  if (service.active_state != "active" && service.active_state != "failed") return {};  // without host keys it has failed
  return host.restart_unit(Scope::system(), "ssh.service", Milliseconds(30'000));  // sessions live on: KillMode=process
}

}  // namespace agent
