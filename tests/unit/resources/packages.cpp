// SPDX-License-Identifier: Apache-2.0
// packages: apt's locks, a dpkg that was killed, lists that are too old
#include <algorithm>

#include "support/converged.hpp"
#include "support/world_programs.hpp"

namespace agent {

using namespace world;

namespace {

std::size_t runs(const World& world, const std::string& program, const std::string& verb) {
  std::size_t count = 0;
  for (const auto& command : world.host.commands)
    count += command.argv[0] == program && command.argv[1] == verb ? 1U : 0U;
  return count;
}

void put_lists(World& world) {
  for (const char* name : {"a", "b", "c"})
    world.host.files.put(std::string("/var/lib/apt/lists/") + name, "");
}

}  // namespace

TEST_CASE("packages: the lists are fetched when there are none, and only then") {
  World bare;
  CHECK(bare.enforce().exit_code() == 0);
  CHECK(runs(bare, "apt-get", "update") == 1);
  World fresh;
  put_lists(fresh);
  CHECK(fresh.enforce().exit_code() == 0);
  CHECK(runs(fresh, "apt-get", "update") == 0);
}

TEST_CASE("packages: a lock that is held for a minute is waited for, whichever it is") {
  World world;
  world.apt.lists_locked_until = world.host.now() + Milliseconds(60'000);
  world.apt.dpkg_locked_until = world.host.now() + Milliseconds(120'000);
  world.apt.archives_locked_until = world.host.now() + Milliseconds(180'000);
  CHECK(world.enforce().exit_code() == 0);
}

TEST_CASE(
    "packages: a lock that is never let go of is named with who holds it, and no resource goes on without") {
  World world;
  std::string held;
  SUBCASE("dpkg's") {
    world.apt.dpkg_locked_until = TimePoint::max();
    held =
        "apt-get install: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 700 "
        "(unattended-upgr)";
  }
  SUBCASE("the lists'") {
    world.apt.lists_locked_until = TimePoint::max();
    held = "apt-get update: Could not get lock /var/lib/apt/lists/lock. It is held by process 812 (apt-get)";
  }
  SUBCASE("the archives'") {
    world.apt.archives_locked_until = TimePoint::max();
    held =
        "apt-get install: Could not get lock /var/cache/apt/archives/lock. It is held by process 955 "
        "(apt-get)";
  }
  const auto report = world.enforce();
  const auto& packages = find(report, "packages");
  CHECK(packages.reason ==
        "another package manager held its lock for 1800 s: " + held + "; run again when it is done");
  CHECK(packages.may_pass);
  CHECK_FALSE(world.ufw.enabled);
  world.apt.dpkg_locked_until = world.apt.lists_locked_until = world.apt.archives_locked_until = {};
  repairs(world);
}

TEST_CASE("packages: a busy apt keeps nobody from getting in over the tailnet") {
  World world;
  world.host.files.put("/usr/sbin/iptables", "ELF", {0755});
  world.apt.dpkg_locked_until = TimePoint::max();
  const auto report = world.enforce();
  CHECK(find(report, "packages").outcome == Outcome::failed);
  CHECK(find(report, "packages/iptables").outcome == Outcome::in_sync);
  CHECK(find(report, "tailscale/login").outcome == Outcome::converged);
}

TEST_CASE("packages: a dpkg that was killed is completed first") {
  World world;
  put_lists(world);
  world.apt.interrupted = true;
  CHECK(world.enforce().exit_code() == 0);
  CHECK(runs(world, "dpkg", "--configure") == 1);
}

TEST_CASE("packages: lists that name absent files are fetched again") {
  World world;
  put_lists(world);
  world.apt.stale_lists = true;
  CHECK(world.enforce().exit_code() == 0);
  CHECK(runs(world, "apt-get", "update") == 1);
  CHECK(runs(world, "apt-get", "install") == 3);  // iptables comes first, and is tried twice
}

TEST_CASE("packages: damaged lists are removed and fetched again; apt's lock stays") {
  World world;
  put_lists(world);
  world.apt.corrupt_lists = true;
  SUBCASE("which apt cannot parse") {}
  SUBCASE("of which apt has made a cache that it cannot read") {
    world.apt.corrupt_says = "The package cache file is corrupted";
  }
  CHECK(world.enforce().exit_code() == 0);
  CHECK(runs(world, "apt-get", "update") == 2);
  CHECK(world.host.files.find("/var/lib/apt/lists/a") == nullptr);
  CHECK(world.host.files.find("/var/lib/apt/lists/lock") != nullptr);
}

TEST_CASE(
    "packages: lists that a power cut has left empty, and update keeps, are removed and fetched again") {
  World world;
  put_lists(world);
  world.apt.empty_lists = true;
  CHECK(world.enforce().exit_code() == 0);
  CHECK(runs(world, "apt-get", "update") == 1);
  CHECK(runs(world, "apt-get", "install") == 3);  // iptables comes first, and is tried twice
  CHECK(world.host.files.find("/var/lib/apt/lists/a") == nullptr);
}

TEST_CASE(
    "packages: lists that a mirror gives in pieces are fetched anew once, and apt's complaint is told") {
  World world;
  world.host.on_run("apt-get", [](FakeHost&, const Command&) -> Result<Completed> {
    return Completed{100, false, "", "E: Problem with MergeList /var/lib/apt/lists/deb.test_main_Packages\n"};
  });
  CHECK(failure(world, "packages").starts_with("apt-get update: Problem with MergeList"));
  CHECK(runs(world, "apt-get", "update") == 4);  // twice for each of the two resources
}

TEST_CASE("packages: a mirror or a DNS that is away for a minute is waited for") {
  World world;
  SUBCASE("without lists") {}
  SUBCASE("with lists") { put_lists(world); }
  world.apt.unreachable_until = world.host.now() + Milliseconds(60'000);
  CHECK(world.enforce().exit_code() == 0);
}

TEST_CASE("packages: no mirror at all: apt's own words, and where to look") {
  World world;
  world.apt.unreachable_until = TimePoint::max();
  const auto report = world.enforce();
  CHECK(find(report, "packages").reason ==
        "apt-get update: Failed to fetch http://deb.test/debian/dists/stable/InRelease  Could not resolve "
        "'deb.test'; tried for 600 s: check the network and /etc/apt/sources.list*, then run again");
  CHECK(find(report, "packages").may_pass);
}

TEST_CASE("packages: a repository that nothing is needed from may be away") {
  World world;
  world.apt.other_suite_is_gone = true;
  CHECK(world.enforce().exit_code() == 0);
}

TEST_CASE("packages: nothing is removed for them") {
  World world;
  world.apt.would_remove = "exim4-base mailutils";
  const auto report = world.enforce();
  const auto& packages = find(report, "packages");
  CHECK(packages.reason ==
        "apt-get install: Packages need to be removed but remove is disabled.; it would remove exim4-base "
        "mailutils");
  CHECK_FALSE(packages.may_pass);
}

TEST_CASE("packages: apt asks nothing and restarts nothing") {
  World world;
  (void)world.enforce();
  for (const auto& command : world.host.commands) {
    if (command.argv[0] != "apt-get") continue;
    CHECK(command.env.at("DEBIAN_FRONTEND") == "noninteractive");
    CHECK(command.env.at("NEEDRESTART_SUSPEND") == "1");
    if (command.argv[1] != "install") continue;
    CHECK(has(command.argv, "--no-remove"));
    CHECK(has(command.argv, "Dpkg::Options::=--force-confold"));
    CHECK(has(command.argv, "Dpkg::Options::=--force-confdef"));
  }
}

TEST_CASE("packages: one that was removed is named") {
  Converged world;
  world.apt.installed.erase("sudo");
  CHECK(only_drift(world, "packages") == Lines{"package sudo: is not installed, should be installed"});
  repairs(world);
}

TEST_CASE("packages: a reboot that is due is a note, with what wants it") {
  Converged world;
  world.host.files.put("/run/reboot-required", "*** System restart required ***\n");
  world.host.files.put("/run/reboot-required.pkgs", "linux-image-6.8.0-50-generic\nlibc6\nlibc6\n");
  const auto report = world.check();
  CHECK(report.exit_code() == 0);
  CHECK(find(report, "packages").notes == Lines{"a reboot is due, for libc6, linux-image-6.8.0-50-generic"});
}

}  // namespace agent
