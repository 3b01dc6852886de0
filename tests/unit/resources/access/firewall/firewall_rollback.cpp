// SPDX-License-Identifier: Apache-2.0
// A change of the firewall is put back unless the operator's access is seen to work; and the timer that
// repairs drift
#include "resources/access/firewall/firewall_rollback.hpp"

#include "core/paths.hpp"
#include "support/converged.hpp"

namespace agent {

using namespace world;

namespace {

const NewConnection public_session{"203.0.113.5", "198.51.100.1", 22};
const std::string reverting = Ufw::revert_unit;

bool is_unconfirmed(const World& world) {
  return world.host.files.find(paths::firewall_before) != nullptr ||
         world.host.files.find(paths::firewall_reverting) != nullptr;
}

// The rules in ufw's files, which ufw reads next.
std::string rules_on_disk(const World& world) {
  const auto& text = world.host.files.find("/etc/ufw/user.rules")->content;
  return text.substr(text.find('\n') + 1);  // without the first line, which every file has
}

// The timer fires, or the pause after a failed revert ends.
Status revert_by_unit(World& world) {
  return world.host.start_unit(Scope::system(), reverting, Milliseconds(1000));
}

// Nothing of the change and of its copy is left: ufw is off, as before, and all its files exist.
void check_put_back(const World& world) {
  CHECK_FALSE(world.ufw.enabled);
  CHECK(rules_on_disk(world).empty());
  for (const char* file :
       {"/etc/default/ufw", "/etc/ufw/ufw.conf", "/etc/ufw/user.rules", "/etc/ufw/user6.rules"})
    CHECK_MESSAGE(world.host.files.find(file) != nullptr, file);
  CHECK_FALSE(is_unconfirmed(world));
}

std::string timer(World& world) {
  return world.host.unit_of(Scope::system(), "bootstrap-agent-revert.timer").active_state;
}

// The agent dies after it has changed the firewall, before it has checked the operator's access.
void die_while_unconfirmed(World& world) {
  const auto firewall = world.host.firewall;
  world.host.firewall = [](const NewConnection&) -> Result<bool> { throw Killed{}; };
  CHECK_THROWS_AS((void)world.enforce(), Killed);
  world.host.firewall = firewall;
  CHECK(world.ufw.enabled);
  CHECK(is_unconfirmed(world));
}

}  // namespace

TEST_CASE(
    "firewall: a profile that would keep the session out is put back, and the message says what to do") {
  Converged world;
  world.session = public_session;
  world.profile.ufw.allow = {{22, "tcp", "203.0.113.5"}};
  repairs(world);
  const auto before = world.ufw.rules.size();

  world.profile.ufw.allow = {{22, "tcp", "203.0.113.6"}};
  CHECK(failure(world, "ufw") ==
        "the SSH session that started this run, from 203.0.113.5 to 198.51.100.1 port 22, could not be "
        "opened again: start the run over the tailnet (ssh root@openclaw), or allow it with ufw.allow: "
        "[{port: 22, protocol: tcp, from: "
        "203.0.113.5}]; the firewall was put "
        "back as it was");
  CHECK(world.ufw.enabled);
  CHECK(world.ufw.rules.size() == before);
  CHECK(world.ufw.probe_firewall(public_session));
  CHECK_FALSE(is_unconfirmed(world));
  world.session = NewConnection{"100.64.0.1", Tailnet::address_v4, 22};
  repairs(world);
  CHECK_FALSE(world.ufw.probe_firewall(public_session));
  CHECK(timer(world) == "inactive");
}

TEST_CASE("firewall: when it was off, it is off again after a change that would lock the session out") {
  World world;
  world.session = public_session;
  world.host.files.put("/root/.ssh/authorized_keys", "ssh-ed25519 AAAA me\n");
  const auto report = world.enforce();
  CHECK(find(report, "ufw").outcome == Outcome::failed);
  for (const auto& resource : report.resources)
    if (resource.name != "ufw") CHECK_MESSAGE(resource.outcome <= Outcome::converged, table_for(report));
  CHECK_FALSE(world.ufw.enabled);
  CHECK(rules_on_disk(world).empty());
  CHECK_FALSE(is_unconfirmed(world));
}

TEST_CASE(
    "firewall: when the operator uses the tailnet, it must have access, and the control server must stay "
    "reachable") {
  Converged dropped;
  dropped.ufw.rules.clear();
  dropped.ufw.save(dropped.host);
  dropped.host.firewall = [](const NewConnection& connection) {
    return connection.to == Tailnet::address_v4;
  };
  CHECK(failure(dropped, "ufw") ==
        "the tailnet would be locked out: a connection to fd7a:115c:a1e0::9 port 22 was dropped. Look for a "
        "rule of your own in /etc/ufw/before.rules or before6.rules, or a rule of another program; the "
        "firewall was put back as it was");
  CHECK(dropped.ufw.rules.empty());
  dropped.host.firewall = [](const NewConnection&) -> Result<bool> {
    return fail(Errc::failed, "iptables-restore: no");
  };
  CHECK(failure(dropped, "ufw") ==
        "whether the tailnet can connect: iptables-restore: no; the firewall was put back as it was");

  World cut_off;
  cut_off.host.on_http("https://", [&](const FakeHost&, const HttpGet&) -> Result<HttpResponse> {
    if (cut_off.ufw.enabled) return fail(Errc::unavailable, "timed out");
    return HttpResponse{200, ""};
  });
  CHECK(failure(cut_off, "ufw") ==
        "the tailnet's control server can no longer be reached: look for a rule of your own in "
        "/etc/ufw/before.rules; the firewall was "
        "put back as it was");
  CHECK_FALSE(cut_off.ufw.enabled);
}

TEST_CASE("firewall: a control server that was unreachable before is no reason to leave the firewall open") {
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
    die_while_unconfirmed(world);
    CHECK(timer(world) == "active");
    if (power_cut)
      world.reboot();
    else
      REQUIRE(world.host.start_unit(Scope::system(), reverting, Milliseconds(1000)));
    CHECK_FALSE(world.ufw.enabled);
    CHECK(rules_on_disk(world).empty());
    CHECK_FALSE(is_unconfirmed(world));
    repairs(world);
    CHECK(world.ufw.enabled);
    world.reboot();
    CHECK(world.ufw.enabled);
  }
}

TEST_CASE("firewall: a run after one that died keeps the copy of the last good state") {
  World world;
  die_while_unconfirmed(world);
  CHECK(drifts(world.check(), "ufw").front() == "change: is not confirmed yet, should be confirmed");
  world.host.firewall = [](const NewConnection&) { return false; };
  (void)failure(world, "ufw");
  CHECK_FALSE(world.ufw.enabled);
}

TEST_CASE(
    "firewall: wherever the timer comes first, the run says so and what it changed since is put back too") {
  std::size_t changes = 0;
  for (std::size_t n = 1; n == 1 || n <= changes; ++n) {
    CAPTURE(n);
    World world;
    const auto watch = world.ufw.when_changed;
    std::size_t now = 0;
    world.ufw.when_changed = [&] {
      watch();
      if (++now == n)
        CHECK_FALSE(
            revert_by_unit(world));  // the run may continue, so the revert must be repeated when it is over
    };
    CHECK(failure(world, "ufw") ==
          "the change took too long: it was put back before it could be confirmed; the firewall was put back "
          "as it was");
    check_put_back(world);
    CHECK(now > 3);
    changes = now;
    world.ufw.when_changed = watch;
    repairs(world);
  }
}

TEST_CASE("firewall: a run that dies after the timer came first is followed by one more revert") {
  World world;
  world.ufw.when_enabled = [&] { CHECK_FALSE(revert_by_unit(world)); };
  die_while_unconfirmed(world);
  CHECK(drifts(world.check(), "ufw").front() == "change: is being put back, should be confirmed");
  REQUIRE(revert_by_unit(world));
  check_put_back(world);
}

TEST_CASE("firewall: what is being put back can't be confirmed, and what was confirmed is not put back") {
  World world;
  die_while_unconfirmed(world);
  bool refused = false;
  world.ufw.when_disabled = [&] {
    const auto confirmed = firewall_rollback::confirm(world.host);
    refused = !confirmed && confirmed.error().code == Errc::refused;
  };
  CHECK(revert_by_unit(world));
  CHECK(refused);
  check_put_back(world);

  world.ufw.when_disabled = nullptr;
  die_while_unconfirmed(world);
  REQUIRE(firewall_rollback::confirm(world.host));
  REQUIRE(revert_by_unit(world));
  CHECK(world.ufw.enabled);
}

TEST_CASE("firewall: when the copy disappears during a revert, ufw's files stay") {
  World world;
  die_while_unconfirmed(world);
  world.ufw.when_disabled = [&] { world.host.files.erase(paths::firewall_reverting); };
  CHECK_FALSE(revert_by_unit(world));
  CHECK(world.host.files.find("/etc/default/ufw") != nullptr);
  CHECK(world.host.files.find("/etc/ufw/user.rules") != nullptr);
}

TEST_CASE("firewall: a revert that died anywhere is resumed: by its unit, by a boot, and by a run") {
  enum class Next { unit, boot, run };
  for (const auto next : {Next::unit, Next::boot, Next::run})
    for (std::size_t n = 1;; ++n) {
      CAPTURE(n);
      World world;
      die_while_unconfirmed(world);
      world.host.kill_at(n, FakeHost::When::after);
      bool died = false;
      try {
        (void)revert_by_unit(world);
      } catch (const Killed&) {
        died = true;
      }
      world.host.revive();
      if (next == Next::unit) REQUIRE(revert_by_unit(world));
      if (next == Next::boot) world.reboot();
      if (next == Next::run) {
        const auto firewall = world.host.firewall;
        world.host.firewall = [](const NewConnection&) { return false; };
        (void)failure(world, "ufw");
        world.host.firewall = firewall;
      }
      check_put_back(world);
      repairs(world);
      if (!died) break;
    }
}

TEST_CASE(
    "firewall: a run takes over from the unit, with the timer started, before it does what the unit may do") {
  World world;
  die_while_unconfirmed(world);
  world.host.kill_at(2, FakeHost::When::after);
  CHECK_THROWS_AS((void)revert_by_unit(world), Killed);
  world.host.revive();
  world.host.forget_changes();
  world.host.firewall = [](const NewConnection&) { return false; };
  (void)failure(world, "ufw");
  Lines all;
  for (const auto& change : world.host.changes())
    if (change.find("bootstrap-agent-revert.") != std::string::npos ||
        change.find("/ufw.before") != std::string::npos)
      all.push_back(change);
  const Lines taken_over = {"restart_unit bootstrap-agent-revert.timer",
                            "stop_unit bootstrap-agent-revert.service"};
  Lines wanted = taken_over;
  wanted.push_back("rename /var/lib/bootstrap-agent/ufw.before");
  wanted.insert(wanted.end(), taken_over.begin(), taken_over.end());
  wanted.push_back("rename /var/lib/bootstrap-agent/ufw.before.reverting");
  wanted.push_back("rename /var/lib/bootstrap-agent/ufw.before.old");
  wanted.push_back("remove_tree /var/lib/bootstrap-agent/ufw.before.old");
  CHECK(all == wanted);
}

TEST_CASE(
    "firewall: when nothing is kept to be put back, a firewall that was not seen to let anyone in is "
    "switched off") {
  World world;
  world.host.firewall = [&](const NewConnection&) {
    world.host.files.erase(paths::firewall_before);
    return false;
  };
  CHECK(failure(world, "ufw").ends_with("; the earlier state is lost, so ufw was switched off"));
  CHECK_FALSE(world.ufw.enabled);
}

TEST_CASE("firewall: a change is on the disk before what was there is forgotten") {
  Converged world;
  world.ufw.rules.push_back({"allow 8080/tcp"});
  repairs(world);
  const auto changes = world.host.changes();
  const auto forgotten =
      std::find(changes.begin(), changes.end(), "rename /var/lib/bootstrap-agent/ufw.before.old");
  REQUIRE(forgotten != changes.end());
  CHECK(*std::prev(forgotten) == "sync /");
}

TEST_CASE("firewall: the units that put it back are repaired") {
  Converged world;
  const std::string unit = "/etc/systemd/system/bootstrap-agent-revert.timer";
  world.host.files.find(unit)->content += "# mine\n";
  CHECK(only_drift(world, "ufw/revert") ==
        Lines{"bootstrap-agent-revert.timer: is changed, should be as shipped",
              "loaded: is an older file, should be the file on disk"});
  repairs(world);
  world.host.unit_of(Scope::system(), reverting).unit_file_state = "disabled";
  CHECK(only_drift(world, "ufw/revert") == Lines{"enabled: is disabled, should be enabled"});
  repairs(world);
}

TEST_CASE(
    "reconcile timer: made when the profile wants it, kept as it is, and taken away when it no longer does") {
  Converged world;
  const std::string service = "/etc/systemd/system/bootstrap-agent-reconcile.service";
  const std::string unit = "/etc/systemd/system/bootstrap-agent-reconcile.timer";
  world.profile.reconcile_timer = true;
  repairs(world);
  CHECK(world.host.files.find(service) != nullptr);
  CHECK(world.host.unit_of(Scope::system(), "bootstrap-agent-reconcile.timer").active_state == "active");
  world.host.files.find(service)->content += "# mine\n";
  CHECK(only_drift(world, "reconcile/timer").front() ==
        "bootstrap-agent-reconcile.service: is changed, should be as shipped");
  repairs(world);
  REQUIRE(world.host.stop_unit(Scope::system(), "bootstrap-agent-reconcile.timer", Milliseconds(1000)));
  CHECK(only_drift(world, "reconcile/timer") == Lines{"active: is inactive, should be active"});
  repairs(world);
  world.profile.reconcile_timer = false;
  CHECK(only_drift(world, "reconcile/timer").size() ==
        4);  // two files, the link that enables it, and the running timer
  repairs(world);
  CHECK(world.host.files.find(service) == nullptr);
  CHECK(world.host.files.find(unit) == nullptr);
  CHECK(world.host.unit_of(Scope::system(), "bootstrap-agent-reconcile.timer").active_state == "inactive");
}

}  // namespace agent
