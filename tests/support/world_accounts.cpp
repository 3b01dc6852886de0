// SPDX-License-Identifier: Apache-2.0
#include "support/world_accounts.hpp"

#include <algorithm>
#include <sstream>

#include "support/world_programs.hpp"

namespace agent::world {
namespace {

Completed useradd(FakeHost& host, const Command& command, bool passwords_age) {
  const auto& argv = command.argv;
  const auto& name = argv.back();
  if (host.users.contains(name)) return refuses(9, "useradd: user '" + name + "' already exists\n");
  User user;
  user.name = name;
  const bool system = has(argv, "--system");
  user.uid = user.gid =
      system ? 997 : 1001;  // 1000 belongs to another user here, so that no test assumes a uid
  user.ages = passwords_age && !system;
  user.home = system ? "/nonexistent" : "/home/" + name;
  user.shell = system ? "/usr/sbin/nologin" : "/bin/bash";
  if (has(argv, "--create-home")) host.files.put_directory(user.home, {0750, user.uid, user.gid});
  host.users[name] = user;
  return says("");
}

Completed gpasswd(FakeHost& host, const Command& command) {
  auto& groups = host.users.at(command.argv.at(2)).groups;
  const auto member = std::find(groups.begin(), groups.end(), command.argv.at(3));
  if (member == groups.end())
    return {3, false, "Removing user " + command.argv[2] + " from group " + command.argv[3] + "\n",
            "gpasswd: user '" + command.argv[2] + "' is not a member of '" + command.argv[3] + "'\n"};
  groups.erase(member);
  return says("Removing user " + command.argv[2] + " from group " + command.argv[3] + "\n");
}

// sudo(8) breaks a rule at 80 columns, and indents what follows.
std::string broken(const std::string& rule) {
  constexpr std::size_t columns = 80;
  std::istringstream words(rule);
  std::string text, line = "   ";
  for (std::string word; words >> word;) {
    if (line.size() + 1 + word.size() >= columns) {
      text += line + "\n";
      line = "       ";
    }
    line += " " + word;
  }
  return text + line + "\n";
}

// The rules for the user and his groups in one sudoers file: "WHO ALL=(RUN AS) [NOPASSWD:] COMMAND".
std::string rules_in(const std::string& text, const User& user) {
  std::istringstream lines(text);
  std::string out;
  for (std::string line; std::getline(lines, line);) {
    const auto who = line.substr(0, line.find_first_of(" \t"));
    const bool group = who.starts_with("%") && has(user.groups, who.substr(1));
    const auto rule = line.find("ALL=(");
    if ((who != user.name && who != "ALL" && !group) || rule == std::string::npos) continue;
    auto words = line.substr(rule + 4);
    if (const auto tag = words.find("NOPASSWD:ALL"); tag != std::string::npos) words.insert(tag + 9, " ");
    out += broken(words);
  }
  return out;
}

Result<Completed> sudo(const FakeHost& host, const std::string& name) {
  if (!runnable(host.files, "/usr/bin/sudo")) return fail(Errc::not_found, "run sudo: no such program");
  const auto user = host.users.find(name);
  if (user == host.users.end()) return refuses(1, "sudo: unknown user " + name + "\n");
  const std::string directory = "/etc/sudoers.d/";
  std::string rules;
  const auto main = host.read_file("/etc/sudoers", 1U << 16U);
  rules += rules_in(main ? *main : "", user->second);
  const auto names = host.list(directory);
  for (const auto& file : names ? *names : std::vector<std::string>())
    rules += rules_in(*host.read_file(directory + file, 1U << 16U), user->second);
  if (rules.empty()) return says("User " + name + " is not allowed to run sudo on host.\n");
  return says("Matching Defaults entries for " + name + " on host:\n    env_reset, use_pty\n\nUser " + name +
              " may run the following commands on host:\n" + rules);
}

}  // namespace

void Accounts::attach(FakeHost& host) {
  host.on_run("useradd", [this](FakeHost& on, const Command& c) -> Result<Completed> {
    return useradd(on, c, passwords_age);
  });
  host.on_run("mkhomedir_helper", [](FakeHost& on, const Command& command) -> Result<Completed> {
    const auto found = on.users.find(command.argv.at(1));
    if (found == on.users.end()) return refuses(10, "");
    const auto& user = found->second;
    on.files.put_directory(user.home, {0750, user.uid, user.gid});
    return says("");
  });
  host.on_run("gpasswd", [](FakeHost& on, const Command& c) -> Result<Completed> { return gpasswd(on, c); });
  host.on_run("usermod", [](FakeHost& on, const Command& command) -> Result<Completed> {
    const auto user = on.users.find(command.argv.back());
    if (user == on.users.end())
      return refuses(6, "usermod: user '" + command.argv.back() + "' does not exist\n");
    user->second.password_locked = true;
    return says("");
  });
  host.on_run("chage", [](FakeHost& on, const Command& command) -> Result<Completed> {
    const auto user = on.users.find(command.argv.back());
    if (user == on.users.end())
      return refuses(1, "chage: user '" + command.argv.back() + "' does not exist in /etc/passwd\n");
    user->second.must_change_password = user->second.ages = false;
    return says("");
  });
  host.on_query("sudo", [this](const FakeHost& on, const Command& command) -> Result<Completed> {
    if (const auto root = on.users.find("root");
        root != on.users.end() && root->second.must_change_password) {
      ++asked_with_expired_root;
      return refuses(1, "sudo: Account or password is expired, reset your password and try again\n");
    }
    if (!sudo_refuses.empty()) return refuses(1, sudo_refuses);
    return sudo(on, command.argv.back());
  });
  host.on_run("visudo", [this](FakeHost& on, const Command& command) -> Result<Completed> {
    if (!runnable(on.files, "/usr/sbin/visudo")) return fail(Errc::not_found, "run visudo: no such program");
    const auto text = on.read_file(command.argv.back(), 1U << 16U);
    const auto why = text ? visudo_refuses
                          : "visudo: unable to open " + command.argv.back() + ": No such file or directory\n";
    if (why.empty()) return says("");
    return refuses(1,
                   has(command.argv, "-q") ? "" : why);  // visudo(8): -q prints no details of errors either
  });
}

}  // namespace agent::world
