// SPDX-License-Identifier: Apache-2.0
#include "resources/access/sudoers.hpp"

#include <algorithm>
#include <array>
#include <sstream>

#include "core/paths.hpp"
#include "ports/run_checked.hpp"
#include "resources/access/sudo_rules.hpp"

namespace agent {
namespace {

const std::string directory = "/etc/sudoers.d";
const std::string file_name = "bootstrap-agent";
const std::string own_file = directory + "/" + file_name;

constexpr std::array<std::string_view, 9> allowed = {
    "--verify",   "--verify --format json", "--plan",          "--plan --format json",
    "--status",   "--status --format json", "--status --wait", "--status --wait --format json",
    "--reconcile"};

// Whether the line gives rights to exactly this user. cloud-init writes "ubuntu ALL=(ALL) NOPASSWD:ALL" on
// some images.
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

// What sudo says of the lines that we write.
bool is_ours(const std::string& rule) {
  constexpr std::string_view by = "(root) NOPASSWD: ";
  if (!rule.starts_with(by)) return false;
  const auto command = std::string_view(rule).substr(by.size());
  return std::any_of(allowed.begin(), allowed.end(), [&](std::string_view arguments) {
    return command == fmt::format("{} {}", paths::agent, arguments);
  });
}

Result<std::vector<std::string>> other_rules(const Probe& probe, const std::string& user) {
  AGENT_TRY_ASSIGN(auto rules, sudo_rules(probe, user));
  std::erase_if(rules, is_ours);
  return rules;
}

}  // namespace

// After sshd, which waits for the tailnet and for access as root: until then this user's sudo may be the only
// access as root. After root/password: with an expired password of root sudo refuses even to list rules.
Sudoers::Sudoers(std::string user)
    : ResourceOf({"user/sudoers", {"user", "packages", "sshd", "root/password"}, {}}),
      user_(std::move(user)) {}

std::string Sudoers::content(const std::string& user) {
  std::string text =
      "# Made by bootstrap-agent. Exact arguments only: nothing here takes a path, stdin, URL or secret.\n";
  for (auto arguments : allowed)
    text += fmt::format("{} ALL=(root) NOPASSWD: {} {}\n", user, paths::agent, arguments);
  return text;
}

Result<SudoersState> Sudoers::look(const Probe& probe) const {
  SudoersState state;
  AGENT_TRY_ASSIGN(const auto names, probe.list(directory));
  state.file = look_at_own_file(probe, own_file, content(user_));
  if (const auto info = probe.stat(own_file); info && *info) {
    state.mode = (*info)->mode;
    state.owner = (*info)->uid;
  }
  for (const auto& name : names) {
    if (name == file_name) continue;
    const auto path = directory + "/" + name;
    const auto other = probe.read_file(path);
    bool granted = false;
    if (other) (void)without_grants(*other, user_, granted);
    if (granted) state.granting.push_back(path);
  }
  AGENT_TRY_ASSIGN(const auto account, probe.find_user(user_));
  if (!account) return state;
  auto rules = other_rules(probe, user_);
  if (rules)
    state.other_rules = std::move(*rules);
  else
    state.unseen = rules.error().message;
  return state;
}

Observation Sudoers::describe(const SudoersState& state) const {
  Observation seen;
  describe_own_file(state.file, "content", "as made", seen);
  seen.expect("mode", fmt::format("{:04o}", state.mode), "0440");
  seen.expect("owner", fmt::format("uid {}", state.owner), "uid 0");
  for (const auto& file : state.granting) seen.drift("grant in " + file, "present", "absent");
  for (const auto& rule : state.other_rules) seen.drift("sudo rule", rule, "absent");
  if (!state.unseen.empty()) seen.note(state.unseen);
  return seen;
}

// A broken file in sudoers.d disables sudo completely, so visudo(8) checks it first.
Status Sudoers::write_own_file(Host& host) const {
  const auto draft = paths::work + "/sudoers";
  AGENT_TRY(host.write_file(draft, content(user_), {0440}));
  Command check;
  check.argv = {"visudo", "-c", "-f", draft};  // no -q: it hides the reason
  auto judged = host.run(check);
  AGENT_TRY(host.remove(draft));
  if (!judged) return pass(std::move(judged));
  if (!judged->ok())
    return fail(Errc::failed, "visudo refuses our sudoers file: {}", failure_text(check, *judged));
  return host.write_file(own_file, content(user_), {0440});
}

// The file is read again, so that its other lines stay as they are now.
Status Sudoers::revoke(Host& host, const std::string& file) const {
  const auto text = host.read_file(file);
  if (!text) return {};
  bool changed = false;
  const auto kept = without_grants(*text, user_, changed);
  return changed ? host.write_file(file, kept, {0440}) : Status();
}

Status Sudoers::apply(Host& host, const SudoersState& state) {
  if (state.file != OwnFile::as_made || state.mode != 0440 || state.owner != 0)
    AGENT_TRY(write_own_file(host));
  for (const auto& file : state.granting) AGENT_TRY(revoke(host, file));
  if (state.other_rules.empty()) return {};
  AGENT_TRY_ASSIGN(const auto left, other_rules(host, user_));
  if (left.empty()) return {};
  return fail(Errc::refused,
              "sudo still gives {} `{}`, by a rule for a group, for all, or in another file: find it with "
              "`grep -r . /etc/sudoers /etc/sudoers.d`, take it out with visudo, then run `bootstrap-agent "
              "--reconcile`",
              user_, fmt::join(left, "`, `"));
}

}  // namespace agent
