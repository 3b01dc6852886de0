// SPDX-License-Identifier: Apache-2.0
#include "support/world_sshd.hpp"

#include <map>
#include <sstream>

#include "support/world_programs.hpp"

namespace agent::world {
namespace {

const std::string drop_ins = "/etc/ssh/sshd_config.d";

std::string lower(std::string text) {
  for (auto& c : text) c = static_cast<char>(std::tolower(c));
  return text;
}

// sshd_config(5): for each keyword the first value counts; drop-ins are read before the rest, in the order of
// their names.
std::string settings(const FakeHost& host) {
  std::map<std::string, std::string> found;
  const auto names = host.list(drop_ins);
  for (const auto& name : names ? *names : std::vector<std::string>()) {
    std::istringstream lines(*host.read_file(drop_ins + "/" + name, 1U << 16U));
    std::string keyword;
    std::string value;
    for (std::string line; std::getline(lines, line);)
      if (std::istringstream words(line); !line.starts_with("#") && words >> keyword >> value)
        found.try_emplace(lower(keyword), value);
  }
  for (const char* keyword : {"passwordauthentication", "kbdinteractiveauthentication", "permitrootlogin"})
    found.try_emplace(keyword, "yes");
  found.try_emplace("permitemptypasswords", "no");
  if (found["permitrootlogin"] == "prohibit-password") found["permitrootlogin"] = "without-password";
  std::string text = "port 22\n";
  for (const auto& [keyword, value] : found) text += keyword + " " + value + "\n";
  return text;
}

}  // namespace

void SshServer::attach(FakeHost& host) {
  host.files.put("/usr/sbin/sshd", "ELF", {0755});
  host.files.put(drop_ins + "/50-cloud-init.conf", "PasswordAuthentication yes\n", {0600});
  auto& service = host.unit_of(Scope::system(), unit);
  service.load_state = "loaded";
  service.active_state = "active";
  const auto judge = [this](const FakeHost& on, bool test) -> Result<Completed> {
    if (!has_run) return agent::world::refuses(255, "Missing privilege separation directory: /run/sshd\n");
    if (refuses.find("no hostkeys") != std::string::npos) return agent::world::refuses(1, refuses);
    if (!refuses.empty()) return agent::world::refuses(255, refuses);
    return says(test ? "" : settings(on));
  };
  host.on_run("ssh-keygen", [this](FakeHost& on, const Command&) -> Result<Completed> {
    const std::string key = "/etc/ssh/ssh_host_ed25519_key";
    if (const auto* old = on.files.find(key); old != nullptr && !old->content.empty()) return says("");
    on.files.put(key, "a key", {0600});
    refuses.clear();
    return says("ssh-keygen: generating new host keys: RSA ECDSA ED25519 \n");
  });
  host.on_run("sshd", [judge](FakeHost& on, const Command&) { return judge(on, true); });
  host.on_query("sshd", [this, judge](const FakeHost& on, const Command& command) -> Result<Completed> {
    if (command.argv.at(1) != "-G") return judge(on, false);
    if (!knows_g) return agent::world::refuses(1, "unknown option -- G\n");
    return says(settings(on));
  });
}

}  // namespace agent::world
