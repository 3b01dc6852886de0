// A change of the firewall is put back unless the operator's way in is seen to be open; and the timer that repairs drift
#include "support/converged.hpp"

#include "resources/firewall_trial.hpp"
#include "resources/paths.hpp"

namespace agent {

using namespace world;

namespace {

const NewConnection public_session{"203.0.113.5", "198.51.100.1", 22};
const std::string reverting = Ufw::revert_unit;

bool on_trial(const World& world) { return world.host.files.find(paths::firewall_before) != nullptr; }

std::string timer(World& world) { return world.host.unit_of(Scope::system(), "bootstrap-agent-revert.timer").active_state; }

// What ufw's files hold, which is what it reads next.
std::string rules_on_disk(const World& world) {
  const auto& text = world.host.files.find("/etc/ufw/user.rules")->content;
  return text.substr(text.find('\n') + 1);  // without the first line, which every file has
}

// The agent dies after it has changed the firewall, before it has seen that the way in is open.
void die_while_on_trial(World& world) {
  const auto firewall = world.host.firewall;
  world.host.firewall = [](const NewConnection&) -> Result<bool> { throw Killed{}; };
  CHECK_THROWS_AS((void)world.enforce(), Killed);
  world.host.firewall = firewall;
  CHECK(world.ufw.enabled);
  CHECK(on_trial(world));
}

}  // namespace

TEST_CASE("firewall: a profile that would keep the session out is put back, and the message says what to do") {
  Converged world;
  world.session = public_session;
  world.profile.ufw.allow = {{22, "tcp", "203.0.113.5"}};
  repairs(world);
  const auto before = world.ufw.rules.size();

  world.profile.ufw.allow = {{22, "tcp", "203.0.113.6"}};
  CHECK(failure(world, "ufw") ==
        "the SSH session that started this run, from 203.0.113.5 to 198.51.100.1 port 22, could not be opened again: start it over the "
        "tailnet (ssh root@openclaw), or let it in by ufw.allow: [{port: 22, protocol: tcp, from: 203.0.113.5}]; the firewall was put "
        "back as it was");
  CHECK(world.ufw.enabled);
  CHECK(world.ufw.rules.size() == before);
  CHECK(world.ufw.lets_in(public_session));
  CHECK_FALSE(on_trial(world));
  world.session = NewConnection{"100.64.0.1", Tailnet::address_v4, 22};
  repairs(world);
  CHECK_FALSE(world.ufw.lets_in(public_session));
  CHECK(timer(world) == "inactive");
}

TEST_CASE("firewall: one that was off is off again when it would have kept the session out") {
  World world;
  world.session = public_session;
  world.host.files.put("/root/.ssh/authorized_keys", "ssh-ed25519 AAAA me\n");
  const auto report = world.enforce();
  CHECK(find(report, "ufw").outcome == Outcome::failed);
  for (const auto& resource : report.resources)
    if (resource.name != "ufw") CHECK_MESSAGE(resource.outcome <= Outcome::converged, table_for(report));
  CHECK_FALSE(world.ufw.enabled);
  CHECK(rules_on_disk(world).empty());
  CHECK_FALSE(on_trial(world));
}

TEST_CASE("firewall: when the tailnet is the way, it must get in, and the control server stay in reach") {
  Converged dropped;
  dropped.ufw.rules.clear();
  dropped.ufw.save(dropped.host);
  dropped.host.firewall = [](const NewConnection& connection) { return connection.to == Tailnet::address_v4; };
  CHECK(failure(dropped, "ufw") ==
        "the tailnet would be kept out: fd7a:115c:a1e0::9 port 22 was dropped. Look for a rule of your own in /etc/ufw/before.rules, "
        "before6.rules or of another program; the firewall was put back as it was");
  CHECK(dropped.ufw.rules.empty());
  dropped.host.firewall = [](const NewConnection&) -> Result<bool> { return fail(Errc::failed, "iptables-restore: no"); };
  CHECK(failure(dropped, "ufw") == "whether the tailnet gets in: iptables-restore: no; the firewall was put back as it was");

  World cut_off;
  cut_off.host.on_http("https://", [&](const FakeHost&, const HttpGet&) -> Result<HttpResponse> {
    if (cut_off.ufw.enabled) return fail(Errc::unavailable, "timed out");
    return HttpResponse{200, ""};
  });
  CHECK(failure(cut_off, "ufw") ==
        "the tailnet's control server can no longer be reached: look for a rule of your own in /etc/ufw/before.rules; the firewall was "
        "put back as it was");
  CHECK_FALSE(cut_off.ufw.enabled);
}

TEST_CASE("firewall: a control server that was out of reach before is no reason to leave the firewall open") {
  Converged world;
  world.ufw.enabled = false;
  world.ufw.save(world.host);
  world.host.off_http("https://");
  repairs(world);
  CHECK(world.ufw.enabled);
}

TEST_CASE("firewall: what was not confirmed is put back by the timer, or at boot, and the next run goes on") {
  for (const bool power_cut : {false, true}) {
    CAPTURE(power_cut);
    World world;
    die_while_on_trial(world);
    CHECK(timer(world) == "active");
    if (power_cut)
      world.reboot();
    else
      REQUIRE(world.host.start_unit(Scope::system(), reverting, Milliseconds(1000)));
    CHECK_FALSE(world.ufw.enabled);
    CHECK(rules_on_disk(world).empty());
    CHECK_FALSE(on_trial(world));
    repairs(world);
    CHECK(world.ufw.enabled);
    world.reboot();
    CHECK(world.ufw.enabled);
  }
}

TEST_CASE("firewall: a run that comes after one that died keeps the way back to what was good") {
  World world;
  die_while_on_trial(world);
  CHECK(drifts(world.check(), "ufw").front() == "change: is on trial, should be confirmed");
  world.host.firewall = [](const NewConnection&) { return false; };
  (void)failure(world, "ufw");
  CHECK_FALSE(world.ufw.enabled);
}

TEST_CASE("firewall: a run that was too slow says so") {
  Converged world;
  world.ufw.rules.clear();
  world.ufw.save(world.host);
  world.host.firewall = [&](const NewConnection&) {
    REQUIRE(firewall_trial::revert(world.host));
    return true;
  };
  CHECK(failure(world, "ufw").starts_with("the firewall was put back before its change could be confirmed: "));
  CHECK(world.ufw.rules.empty());
}

TEST_CASE("firewall: a change is on the disk before what was there is forgotten") {
  Converged world;
  world.ufw.rules.push_back({"allow 8080/tcp"});
  repairs(world);
  const auto changes = world.host.changes();
  const auto forgotten = std::find(changes.begin(), changes.end(), "rename /var/lib/bootstrap-agent/ufw.before.old");
  REQUIRE(forgotten != changes.end());
  CHECK(*std::prev(forgotten) == "sync /");
}

TEST_CASE("firewall: the units that put it back are repaired") {
  Converged world;
  const std::string unit = "/etc/systemd/system/bootstrap-agent-revert.timer";
  world.host.files.find(unit)->content += "# mine\n";
  CHECK(only_drift(world, "ufw/revert") == Lines{"bootstrap-agent-revert.timer: is changed, should be as shipped",
                                                 "loaded: is an older file, should be the file on disk"});
  repairs(world);
  world.host.unit_of(Scope::system(), reverting).unit_file_state = "disabled";
  CHECK(only_drift(world, "ufw/revert") == Lines{"enabled: is disabled, should be enabled"});
  repairs(world);
}

TEST_CASE("reconcile timer: made when the profile wants it, kept as it is, and taken away when it no longer does") {
  Converged world;
  const std::string service = "/etc/systemd/system/bootstrap-agent-reconcile.service";
  const std::string unit = "/etc/systemd/system/bootstrap-agent-reconcile.timer";
  world.profile.reconcile_timer = true;
  repairs(world);
  CHECK(world.host.files.find(service) != nullptr);
  CHECK(world.host.unit_of(Scope::system(), "bootstrap-agent-reconcile.timer").active_state == "active");
  world.host.files.find(service)->content += "# mine\n";
  CHECK(only_drift(world, "reconcile/timer").front() == "bootstrap-agent-reconcile.service: is changed, should be as shipped");
  repairs(world);
  REQUIRE(world.host.stop_unit(Scope::system(), "bootstrap-agent-reconcile.timer", Milliseconds(1000)));
  CHECK(only_drift(world, "reconcile/timer") == Lines{"active: is inactive, should be active"});
  repairs(world);
  world.profile.reconcile_timer = false;
  CHECK(only_drift(world, "reconcile/timer").size() == 3);
  repairs(world);
  CHECK(world.host.files.find(service) == nullptr);
  CHECK(world.host.files.find(unit) == nullptr);
  CHECK(world.host.unit_of(Scope::system(), "bootstrap-agent-reconcile.timer").active_state == "inactive");
}

}  // namespace agent
