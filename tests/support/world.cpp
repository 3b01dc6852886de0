// SPDX-License-Identifier: Apache-2.0
#include "support/world.hpp"

#include "commands/run/inputs.hpp"
#include "core/paths.hpp"
#include "embedded.hpp"
#include "profile/load.hpp"
#include "report/json.hpp"
#include "report/text.hpp"
#include "resources/catalog.hpp"
#include "support/world_downloads.hpp"
#include "support/world_programs.hpp"

namespace agent::world {
namespace {

constexpr FileMode root_only{0600};

void make_own_directories(FakeHost& host) {
  host.files.put_directory(paths::state);
  host.files.put_directory(paths::stamps);
  host.files.put_directory(paths::work, {0700});
  host.files.put_directory(paths::run);
  host.files.put_directory(paths::run_private, {0700});
}

// Exists while a run holds its lock; the kernel releases the lock when the run dies.
class GoesOn {
 public:
  explicit GoesOn(bool& run) : run_(run) { run_ = true; }
  GoesOn(const GoesOn&) = delete;
  GoesOn& operator=(const GoesOn&) = delete;
  ~GoesOn() { run_ = false; }

 private:
  bool& run_;
};

// Parsed once, because laws make hundreds of worlds.
const Profile& default_profile() {
  static const Profile profile = load_profile(embedded::default_yaml, "", "default").value();
  return profile;
}

}  // namespace

Secrets all_secrets() {
  Secrets secrets;
  secrets.tailscale_auth_key = Secret(std::string(auth_key));
  secrets.anthropic_token = Secret(std::string(anthropic_token));
  secrets.gateway_token = Secret(std::string(gateway_token));
  secrets.webhook_url = Secret(std::string(webhook_url));
  return secrets;
}

const ResourceReport& find(const Report& report, const std::string& name) {
  for (const auto& resource : report.resources)
    if (resource.name == name) return resource;
  throw std::out_of_range("no resource " + name);
}

World::World() : profile(default_profile()) {
  hold_to_rules();
  make_own_directories(host);
  host.files.put("/etc/sudoers.d/90-cloud-init-users", "# cloud-init\nubuntu ALL=(ALL) NOPASSWD:ALL\n",
                 {0440});
  apt.attach(host);
  accounts.attach(host);
  sshd.attach(host);
  tailnet.attach(host);
  ufw.attach(host);
  nft.attach(host);
  openclaw.attach(host, profile);
  serve_downloads(host, profile);
  host.files.put("/var/lib/cloud/data/instance-id", "42000016\n");
  host.files.put("/proc/net/if_inet6", "fd7a115ca1e000000000000000000009 03 80 00 80 tailscale0\n");
  host.on_run("journalctl", [](FakeHost&, const Command&) { return says(""); });
  tailnet.control.url = profile.tailscale.control_url;
  tailnet.control.good_key = auth_key;
  hand_over(all_secrets());
  leave_copies_of_user_data();
  host.files.sync();  // an image that was booted a while ago
}

void World::hold_to_rules() {
  host.canaries = {auth_key, anthropic_token, gateway_token, webhook_url};
  host.may_hold_secrets = {paths::secrets, paths::secrets + ".next", paths::run_private + "/auth-key",
                           paths::update,  paths::webhook,           "~" + profile.user + "/.openclaw/.env"};
  ufw.when_changed = [this] {
    const bool timer = host.unit_of(Scope::system(), "bootstrap-agent-revert.timer").active_state == "active";
    const bool kept = host.files.find(paths::firewall_before) != nullptr ||
                      host.files.find(paths::firewall_reverting) != nullptr;
    if (!timer || !kept) host.breach("ufw was changed with no way back");
  };
  ufw.when_enabled = [this] {
    if (!tailnet.joined()) host.breach("ufw was enabled before the tailnet was up");
  };
  openclaw.when_started = [this] {
    if (nft.loaded.empty()) host.breach("the gateway was started while it could reach the metadata service");
  };
  openclaw.when_run_as_root = [this](const std::string& program) { host.breach(program + " ran as root"); };
}

void World::hand_over(const Secrets& secrets) {
  host.files.put(paths::secrets, dump_secrets(secrets), root_only);
  host.files.sync_tree(paths::secrets);  // the agent wrote it
}

// The places and modes that cloud-init was seen to use.
void World::leave_copies_of_user_data() {
  const auto user_data = "#!/bin/sh\nagent --first-boot <<E\n" + dump_secrets(all_secrets()) + "E\n";
  const std::string instance = "/var/lib/cloud/instances/i-1/";
  for (const char* name : {"user-data.txt", "user-data.txt.i"})
    host.files.put(instance + name, user_data, root_only);
  host.files.put(instance + "obj.pkl", "\x80\x04 pickle " + user_data, {0400});
  host.files.put(instance + "scripts/part-001", user_data, {0700});
  host.files.put(instance + "vendor-data.txt", "nothing secret", root_only);
  host.files.put("/var/lib/cloud/seed/nocloud/user-data", user_data, root_only);
  host.files.put("/run/cloud-init/combined-cloud-config.json", user_data, root_only);
  host.files.put("/var/log/cloud-init-output.log", "Cloud-init v. 25.1\n+ agent " + auth_key + "\ndone\n",
                 {0640, 0, 4});
  // Copies by other programs, each in a place that does not belong to the agent.
  host.files.put("/var/log/journal/m-1/system.journal",
                 "LPKSHHRH\x01MESSAGE=up --auth-key=" + auth_key + "\x02more", {0640, 0, 4});
  host.files.put("/root/.bash_history", "ls\ncurl -H 'x-api-key: " + anthropic_token + "' x\n", root_only);
  host.files.put("/tmp/openclaw/today.log", "token=" + gateway_token + "\n", {0644, 1000, 1000});
  host.files.put(paths::log, "2026-11-01 nothing secret\n", root_only);
}

Report World::enforce() {
  const GoesOn run(ufw.run_goes_on);
  const auto secrets = read_kept_secrets(host).value();
  Ledger ledger;
  const auto plan = server_plan(profile, secrets, ledger, session).value();
  auto report = agent::enforce(plan, host, ledger, [this](const ResourceReport& resource) {
    if (host.holds_secret(line_for(resource)))
      host.breach("a line about " + resource.name + " shows a secret");
  });
  search(report);
  return report;
}

Report World::check() {
  const Secrets none;
  Ledger ledger;
  const auto plan = server_plan(profile, none, ledger).value();
  auto report = agent::check(plan, host, ledger, [](const ResourceReport&) {});
  search(report);
  return report;
}

void World::search(const Report& report) {
  const auto json = to_json(report, {"reconcile", "2026-11-01T00:00:00Z", "0", "0"}).dump();
  if (host.holds_secret(json) || host.holds_secret(table_for(report)))
    host.breach("the report shows a secret");
}

void World::reboot(Lost lost) {
  host.revive();
  host.cut_power(lost);
  tailnet.forget_what_is_lost(host);
  ufw.load(host);
  host.files.erase(paths::run);
  host.files.erase("/run/cloud-init/combined-cloud-config.json");
  nft.loaded.clear();
  for (auto& [key, state] : host.units)
    if (key.second != SshServer::unit) state.active_state = "inactive";
  std::erase_if(host.user_managers, [this](const std::string& name) {
    return host.files.find("/var/lib/systemd/linger/" + name) == nullptr;
  });
  host.read_units_again();
  const auto units = host.units;
  for (const auto& [key, state] : units) {
    if (state.unit_file_state != "enabled") continue;
    const auto scope = key.first.empty() ? Scope::system() : Scope::of(host.users.at(key.first));
    (void)host.start_unit(scope, key.second, Milliseconds(1000));  // the next run finds what failed
  }
  make_own_directories(host);
  host.files.sync();
  host.forget_changes();
}

}  // namespace agent::world
