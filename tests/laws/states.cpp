// SPDX-License-Identifier: Apache-2.0
// Law: describe() and apply() agree. For every resource of the plan and in any state of the machine,
// describe(look()) reports no drift exactly when apply() changes nothing.
#include <doctest/doctest.h>

#include <map>

#include "commands/run/inputs.hpp"
#include "core/engine/findings.hpp"
#include "core/paths.hpp"
#include "laws/traces.hpp"
#include "resources/catalog.hpp"
#include "support/converged.hpp"
#include "support/forked.hpp"
#include "support/world_downloads.hpp"

namespace agent {
namespace {

// The resources that see drift but change nothing, and why.
const std::map<std::string, std::string> only_wait = {
    {"openclaw/gateway", "openclaw/unit has started it, and that it becomes ready is only a matter of time"},
};

// How describe() and apply() of one resource differ; empty when they agree.
std::string difference(Resource& resource, FakeHost& host) {
  const auto before = host.mutations();
  const auto look = resource.observe(host);
  if (host.mutations() != before) return "looking changes something";
  if (!look) return {};  // it could not be observed
  const auto act = [&]() -> std::string {
    const auto done = resource.converge(host, *look);
    return done ? "" : done.error().message;
  };
  if (Findings(look->observation()).in_sync()) {
    const auto failure = act();
    auto changes = host.changes();
    changes.erase(changes.begin(), changes.begin() + static_cast<std::ptrdiff_t>(before));
    if (!changes.empty()) return "no drift, but: " + laws::in_words(changes);
    return failure.empty() ? "" : "no drift, but it fails: " + failure;
  }
  if (only_wait.contains(resource.name())) return {};
  // In a copy, because the other resources are tested in the same state.
  return in_child(
      [&] { return act().empty() && host.mutations() == before ? "drift, and it did nothing" : ""; });
}

// The resources that break the law, one line each.
std::string broken_by(world::World& world) {
  world.ufw.run_goes_on = true;
  const auto secrets = read_kept_secrets(world.host).value();
  Ledger ledger;
  const auto plan = server_plan(world.profile, secrets, ledger, world.session).value();
  std::string lines;
  for (const auto& resource : plan.resources())
    if (const auto odd = difference(*resource, world.host); !odd.empty())
      lines += resource->name() + ": " + odd + "\n";
  world.ufw.run_goes_on = false;
  return lines;
}

void holds_in(world::World& world, const std::string& situation) {
  CAPTURE(situation);
  CHECK(broken_by(world) == "");
}

struct ByHand {
  std::string what;
  std::function<void(world::World&)> change;
};

// Removes or changes everything that a run has made or changed.
std::vector<ByHand> every_file() {
  const world::World bare;
  world::World done;
  (void)done.enforce();
  std::vector<ByHand> all;
  for (const auto& [path, node] : done.host.files.all()) {
    const auto* was = bare.host.files.find(path);
    if (path.starts_with("/proc") || (was != nullptr && *was == node)) continue;
    const auto add = [&](const char* what, auto change) {
      all.push_back({what + path, [=, path = path](world::World& world) { change(world.host.files, path); }});
    };
    add("removed ", [](MemoryFiles& files, const std::string& at) { files.erase(at); });
    add("mode of ", [](MemoryFiles& files, const std::string& at) { files.find(at)->mode ^= 0044; });
    if (node.type == FileType::directory) continue;
    add("edited ", [](MemoryFiles& files, const std::string& at) { files.find(at)->content += "#\n"; });
  }
  return all;
}

std::vector<ByHand> other_things() {
  using W = world::World;
  std::vector<ByHand> all = {
      {"serve reset", [](W& w) { w.tailnet.daemon.serve = "{}"; }},
      {"no HTTPS", [](W& w) { w.tailnet.control.https = false; }},
      {"host name", [](W& w) { w.tailnet.daemon.hostname = "other"; }},
      {"no Tailscale SSH", [](W& w) { w.tailnet.daemon.ssh = false; }},
      {"auto-update", [](W& w) { w.tailnet.daemon.auto_update = true; }},
      {"down", [](W& w) { w.tailnet.daemon.backend_state = "Stopped"; }},
      {"key expired", [](W& w) { w.tailnet.daemon.expired = true; }},
      {"deaf tailscaled", [](W& w) { w.tailnet.daemon.deaf = true; }},
      {"other tailnet", [](W& w) { w.profile.tailscale.control_url = "https://other.test"; }},
      {"package removed", [](W& w) { w.apt.installed.erase("sudo"); }},
      {"ufw disabled", [](W& w) { w.ufw.enabled = false; }},
      {"ufw allows", [](W& w) { w.ufw.incoming = "allow"; }},
      {"ufw's rules", [](W& w) { w.ufw.rules.clear(); }},
      {"a rule more", [](W& w) { w.ufw.rules.push_back({"allow 80/tcp"}); }},
      {"nft flushed", [](W& w) { w.nft.loaded.clear(); }},
      {"not paired", [](W& w) { w.openclaw.paired = false; }},
      {"not ready", [](W& w) { w.openclaw.failing = "channel"; }},
      {"a password", [](W& w) { w.host.users.at(w.profile.user).password_locked = false; }},
      {"root's password has expired",
       [](W& w) {
         w.host.users.at("root").password_locked = false;
         w.host.users.at("root").must_change_password = true;
       }},
      {"accounts expire",
       [](W& w) { w.host.users.at("root").ages = w.host.users.at(w.profile.user).ages = true; }},
      {"nobody may log in",
       [](W& w) { w.tailnet.control.health = {"access controls don't allow anyone to access this device"}; }},
      {"in another server", [](W& w) { w.host.files.put("/var/lib/cloud/data/instance-id", "7\n"); }},
      {"in another server, with a key",
       [](W& w) {
         w.host.files.put("/var/lib/cloud/data/instance-id", "7\n");
         w.tailnet.control.key_used = false;
         w.hand_over(world::all_secrets());
       }},
      {"ufw without its settings", [](W& w) { w.host.files.put("/etc/default/ufw", "IPV6=yes\n"); }},
      {"needrestart", [](W& w) { w.host.files.put_directory("/etc/needrestart/conf.d"); }},
      {"no groups", [](W& w) { w.host.users.at(w.profile.user).groups.clear(); }},
      {"another group", [](W& w) { w.host.users.at(w.profile.user).groups.push_back("sudo"); }},
      {"no user", [](W& w) { w.host.users.erase(w.profile.user); }},
      {"no build user", [](W& w) { w.host.users.erase("openclaw-build"); }},
      {"gateway stopped", [](W& w) { w.gateway_unit().active_state = "failed"; }},
      {"gateway disabled", [](W& w) { w.gateway_unit().unit_file_state = "disabled"; }},
      {"user's manager gone", [](W& w) { w.host.user_managers.clear(); }},
      {"resolv.conf", [](W& w) { w.host.files.put("/etc/resolv.conf", "nameserver 192.0.2.1\n"); }},
      {"drop-in", [](W& w) { w.host.files.put(paths::system_units + "tailscaled.service.d/a.conf", ""); }},
      {"another configuration of the gateway", [](W& w) { w.profile.gateway.port = 18790; }},
      {"secrets told again", [](W& w) { w.hand_over(world::all_secrets()); }},
      {"other secrets told",
       [](W& w) {
         auto secrets = world::all_secrets();
         secrets.anthropic_token = Secret("sk-ant-oat01-AnotherOfTheOwner");
         w.hand_over(secrets);
       }},
      {"rebooted", [](W& w) { w.reboot(); }},
  };
  for (const char* name : {"bootstrap-agent.service", "bootstrap-agent-revert.service", "tailscaled.service",
                           "bootstrap-agent-metadata.service", "ssh.service", "ufw.service"}) {
    const auto add = [&](const char* what, auto change) {
      all.push_back({std::string(name) + what, [=](W& w) { change(w.host.unit_of(Scope::system(), name)); }});
    };
    add(" stopped", [](UnitState& unit) { unit.active_state = "inactive"; });
    add(" disabled", [](UnitState& unit) { unit.unit_file_state = "disabled"; });
  }
  return all;
}

// An update that is killed before it is finished.
std::vector<ByHand> updates() {
  const auto begin = [](world::World& world) {
    world.profile.openclaw.version = "2026.10.1";
    world::serve_downloads(world.host, world.profile);
  };
  world::Converged done;
  begin(done);
  (void)done.enforce();
  std::vector<ByHand> all;
  for (std::size_t n = 1; n <= done.host.mutations(); n += 2)
    all.push_back({fmt::format("update killed after change {}", n), [=](world::World& world) {
                     begin(world);
                     (void)world::dies(world, n);
                   }});
  return all;
}

void holds_after(const std::vector<ByHand>& changes) {
  world::Converged world;
  for (const auto& [what, change] : changes) {
    CAPTURE(what);
    CHECK(in_child([&] {
            change(world);
            return broken_by(world);
          }) == "");
  }
}

}  // namespace

TEST_CASE("law: who sees no drift changes nothing, and who sees some acts: bare, converged, rebooted") {
  for (const bool timer : {false, true}) {
    world::World world;
    world.profile.reconcile_timer = timer;
    holds_in(world, "bare");
    CHECK(world.enforce().exit_code() == 0);
    holds_in(world, "converged");
    world.profile.reconcile_timer = !timer;
    holds_in(world, "converged, by another profile");
    world.reboot();
    world.profile.reconcile_timer = timer;
    holds_in(world, "rebooted");
  }
}

TEST_CASE("law: who sees no drift changes nothing, and who sees some acts: killed on the way") {
  for (std::size_t n = 1; n <= laws::reference().changes; n += 2) {
    world::World world;
    REQUIRE(world::dies(world, n));
    holds_in(world, fmt::format("killed after change {}", n));
  }
}

TEST_CASE(
    "law: who sees no drift changes nothing, and who sees some acts: changed by hand, or by an update") {
  holds_after(every_file());
  holds_after(other_things());
  holds_after(updates());
}

}  // namespace agent
