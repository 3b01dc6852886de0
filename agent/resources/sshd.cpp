#include "resources/sshd.hpp"

#include <array>
#include <utility>

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

std::string setting(const std::string& settings, std::string_view keyword) {
  const auto text = "\n" + settings;
  const auto at = text.find(fmt::format("\n{} ", keyword));
  if (at == std::string::npos) return "unknown";
  const auto begin = at + keyword.size() + 2;
  return text.substr(begin, text.find('\n', begin) - begin);
}

Status remove_refused(Host& host, const Completed& judged) {
  AGENT_TRY(host.remove(drop_in));
  return fail(Errc::failed, "sshd -t refuses our drop-in, so it was taken back: {}", judged.err);
}

}  // namespace

// After the packages: apt may be upgrading openssh-server.
Sshd::Sshd() : Resource({"sshd", {"packages"}, {}}) {}

Result<Observation> Sshd::observe(const Probe& probe) const {
  auto installed = probe.stat("/usr/sbin/sshd");
  if (!installed) return pass(std::move(installed));
  Observation seen;
  if (!*installed) {
    seen.notes.emplace_back("no OpenSSH server is installed; nothing to harden");
    return seen;
  }
  auto text = probe.read_file(drop_in);
  seen.expect("drop-in", text ? (*text == content ? "as made" : "changed") : "absent", "as made");
  auto settings = probe.query(Query::sshd_settings());
  if (!settings) return pass(std::move(settings), "sshd -T");
  if (!settings->ok()) {
    // Socket activation: the server's run directory is made when it first starts.
    if (settings->err.find("privilege separation") != std::string::npos) {
      seen.notes.emplace_back("sshd has not run yet; only its drop-in was looked at");
      return seen;
    }
    return fail(Errc::failed, "sshd -T: {}", settings->err);
  }
  for (const auto& [keyword, value] : wanted) seen.expect(keyword, setting(settings->out, keyword), value);
  return seen;
}

Status Sshd::apply(Host& host, const Observation& /*seen*/) {
  AGENT_TRY(host.make_directory("/etc/ssh/sshd_config.d", {0755}));
  AGENT_TRY(host.write_file(drop_in, content, {0644}));
  Command check;
  check.argv = {"sshd", "-t"};
  auto judged = host.run(check);
  if (!judged) return pass(std::move(judged));
  if (!judged->ok() && judged->err.find("privilege separation") == std::string::npos) return remove_refused(host, *judged);
  auto service = host.unit(Scope::system(), "ssh.service");
  if (!service) return pass(std::move(service));
  if (service->active_state != "active") return {};
  return host.restart_unit(Scope::system(), "ssh.service", Milliseconds(30'000));  // sessions live on: KillMode=process
}

}  // namespace agent
