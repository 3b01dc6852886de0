#include "resources/access/sudoers.hpp"

#include <array>
#include <sstream>

#include "core/paths.hpp"

namespace agent {
namespace {

const std::string directory = "/etc/sudoers.d";
const std::string file_name = "bootstrap-agent";

constexpr std::array<std::string_view, 9> allowed = {
    "--verify", "--verify --format json", "--plan", "--plan --format json", "--status", "--status --format json",
    "--status --wait", "--status --wait --format json", "--reconcile"};

// A line that gives this very user something; cloud-init writes "ubuntu ALL=(ALL) NOPASSWD:ALL" on some images.
bool grants(const std::string& line, const std::string& user) {
  return line.starts_with(user + " ") || line.starts_with(user + "\t");
}

std::string without_grants(const std::string& text, const std::string& user, bool& changed) {
  std::istringstream lines(text);
  std::string kept;
  changed = false;
  for (std::string line; std::getline(lines, line);) {
    if (grants(line, user))
      changed = true;
    else
      kept += line + "\n";
  }
  return kept;
}

}  // namespace

// After sshd, which waits for the tailnet and for a way in as root: until then this user's may be the only one.
Sudoers::Sudoers(std::string user) : Resource({"user/sudoers", {"user", "packages", "sshd"}, {}}), user_(std::move(user)) {}

std::string Sudoers::content(const std::string& user) {
  std::string text = "# Made by bootstrap-agent. Exact arguments only: nothing here takes a path, stdin, URL or secret.\n";
  for (auto arguments : allowed)
    text += fmt::format("{} ALL=(root) NOPASSWD: {} {}\n", user, paths::agent, arguments);
  return text;
}

Result<Observation> Sudoers::observe(const Probe& probe) const {
  AGENT_TRY_ASSIGN(auto names, probe.list(directory));
  Observation seen;
  const auto own = directory + "/" + file_name;
  auto text = probe.read_file(own);
  seen.expect("content", text ? (*text == content(user_) ? "as made" : "changed") : "absent", "as made");
  auto info = probe.stat(own);
  if (info && *info && ((*info)->mode != 0440 || (*info)->uid != 0)) seen.drift("mode", fmt::format("{:04o}", (*info)->mode), "0440");
  for (const auto& name : names) {
    if (name == file_name) continue;
    auto other = probe.read_file(directory + "/" + name);
    bool granted = false;
    if (other) (void)without_grants(*other, user_, granted);
    if (granted) seen.drift("grant in " + directory + "/" + name, "present", "absent");
  }
  return seen;
}

Status Sudoers::revoke_others(Host& host) const {
  AGENT_TRY_ASSIGN(auto names, host.list(directory));
  for (const auto& name : names) {
    if (name == file_name) continue;
    auto other = host.read_file(directory + "/" + name);
    if (!other) continue;
    bool changed = false;
    const auto kept = without_grants(*other, user_, changed);
    if (changed) AGENT_TRY(host.write_file(directory + "/" + name, kept, {0440}));
  }
  return {};
}

Status Sudoers::apply(Host& host, const Observation& /*seen*/) {
  // A broken file in sudoers.d disables sudo altogether, so visudo(8) judges it first.
  const auto draft = paths::work + "/sudoers";
  AGENT_TRY(host.write_file(draft, content(user_), {0440}));
  Command check;
  check.argv = {"visudo", "-c", "-q", "-f", draft};
  auto judged = host.run(check);
  AGENT_TRY(host.remove(draft));
  if (!judged) return pass(std::move(judged));
  if (!judged->ok()) return fail(Errc::failed, "visudo refuses our sudoers file: {}", judged->err);
  AGENT_TRY(host.write_file(directory + "/" + file_name, content(user_), {0440}));
  return revoke_others(host);
}

}  // namespace agent
