// SPDX-License-Identifier: Apache-2.0
// packages: apt's locks, a dpkg that was killed, lists that are too old
#include <algorithm>

#include "support/converged.hpp"

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

TEST_CASE("packages: a lock that is held for a minute is waited for, the lists' one as well") {
  World world;
  world.apt.lists_locked_until = world.host.now() + Milliseconds(60'000);
  world.apt.dpkg_locked_until = world.host.now() + Milliseconds(120'000);
  CHECK(world.enforce().exit_code() == 0);
  CHECK(runs(world, "apt-get", "install") == 1);  // apt waits by itself
}

TEST_CASE(
    "packages: a lock that is never let go of is named with who holds it, and no resource goes on without") {
  World world;
  put_lists(world);
  world.apt.dpkg_locked_until = TimePoint::max();
  CHECK(failure(world, "packages") ==
        "apt-get install: another package manager held dpkg's lock for 600 s: Unable to acquire the dpkg "
        "frontend lock "
        "(/var/lib/dpkg/lock-frontend), is another process using it?; run again when it is done");
  CHECK_FALSE(world.ufw.enabled);
  world.apt.dpkg_locked_until = {};
  repairs(world);

  World lists;
  lists.apt.lists_locked_until = TimePoint::max();
  CHECK(failure(lists, "packages") ==
        "apt-get update (another package manager holds its lock): not within 600 s");
}

TEST_CASE("packages: a dpkg that was killed is completed first") {
  World world;
  put_lists(world);
  world.apt.interrupted = true;
  CHECK(world.enforce().exit_code() == 0);
  CHECK(runs(world, "dpkg", "--configure") == 1);
}

TEST_CASE("packages: lists that name what is gone are fetched again") {
  World world;
  put_lists(world);
  world.apt.stale_lists = true;
  CHECK(world.enforce().exit_code() == 0);
  CHECK(runs(world, "apt-get", "update") == 1);
  CHECK(runs(world, "apt-get", "install") == 2);
}

TEST_CASE("packages: lists in pieces are removed and fetched again; apt's lock stays") {
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
  CHECK(runs(world, "apt-get", "install") == 2);
  CHECK(world.host.files.find("/var/lib/apt/lists/a") == nullptr);
}

TEST_CASE(
    "packages: lists that a mirror gives in pieces are fetched anew once, and apt's complaint is told") {
  World world;
  world.host.on_run("apt-get", [](FakeHost&, const Command&) -> Result<Completed> {
    return Completed{100, false, "", "E: Problem with MergeList /var/lib/apt/lists/deb.test_main_Packages\n"};
  });
  CHECK(failure(world, "packages").starts_with("apt-get update: Problem with MergeList"));
  CHECK(runs(world, "apt-get", "update") == 2);
}

TEST_CASE("packages: no mirror at all: apt's own words, and where to look") {
  World world;
  world.apt.unreachable = true;
  CHECK(failure(world, "packages") ==
        "apt-get update: Failed to fetch http://deb.test/debian/dists/stable/InRelease  Could not resolve "
        "'deb.test'; "
        "check the network and /etc/apt/sources.list*, then run again");
}

TEST_CASE("packages: apt asks nothing and restarts nothing") {
  World world;
  (void)world.enforce();
  for (const auto& command : world.host.commands) {
    if (command.argv[0] != "apt-get") continue;
    CHECK(command.env.at("DEBIAN_FRONTEND") == "noninteractive");
    CHECK(command.env.at("NEEDRESTART_SUSPEND") == "1");
  }
}

TEST_CASE("packages: one that was removed is named") {
  Converged world;
  world.apt.installed.erase("sudo");
  CHECK(only_drift(world, "packages") == Lines{"package sudo: is not installed, should be installed"});
  repairs(world);
}

}  // namespace agent
