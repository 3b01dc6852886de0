// SPDX-License-Identifier: Apache-2.0
// Law: after enforce, every resource is as desired, and a second enforce changes nothing.
#include <doctest/doctest.h>

#include "core/paths.hpp"
#include "laws/traces.hpp"
#include "report/text.hpp"

namespace agent {

TEST_CASE("law: after enforce every resource is observed in sync") {
  world::World world;
  const auto report = world.enforce();
  CHECK_MESSAGE(report.exit_code() == 0, table_for(report));
  for (const auto& resource : world.check().resources) {
    CAPTURE(resource.name);
    CHECK_MESSAGE(resource.outcome == Outcome::in_sync, table_for(world.check()));
  }
}

TEST_CASE("law: a second enforce makes no change, nor does a third with the same secrets") {
  world::World world;
  (void)world.enforce();
  world.host.forget_changes();
  const auto second = world.enforce();
  CHECK(second.exit_code() == 0);
  CHECK_MESSAGE(world.host.mutations() == 0, laws::in_words(world.host.changes()));

  world.hand_over(world::all_secrets());
  CHECK(world.enforce().exit_code() == 0);
  CHECK(laws::in_words(world.host.changes()) == "wipe_file " + paths::secrets +
                                                    "\ntrim /\nrun journalctl\ntrim /\nwipe_file " +
                                                    paths::log + "\nsync /");
}

TEST_CASE("law: a clock that is wrong, and then set right, is no drift and hinders nothing") {
  using std::chrono::sys_days, std::chrono::year;
  for (const auto wrong :
       {sys_days(year(1970) / 1 / 1), sys_days(year(2038) / 1 / 20), sys_days(year(2120) / 1 / 1)}) {
    CAPTURE(wrong.time_since_epoch().count());
    world::World world;
    world.host.set_wall_clock(wrong);
    const auto first = world.enforce();
    CHECK_MESSAGE(first.exit_code() == 0, table_for(first));
    CHECK(world.check().exit_code() == 0);
    world.host.set_wall_clock(sys_days(year(2026) / 11 / 2));
    const auto right = world.check();
    CHECK_MESSAGE(right.exit_code() == 0, table_for(right));
    world.reboot();
    world.host.advance(Milliseconds(60'000));
    const auto rebooted = world.check();
    CHECK_MESSAGE(rebooted.exit_code() == 0, table_for(rebooted));
    const auto again = world.enforce();
    CHECK_MESSAGE(again.exit_code() == 0, table_for(again));
    CHECK(world.check().exit_code() == 0);
  }
}

TEST_CASE("law: a reboot leaves a machine that is as desired, and nothing is changed in it") {
  world::World world;
  (void)world.enforce();
  world.reboot();
  world.host.advance(Milliseconds(60'000));
  const auto seen = world.check();
  CHECK_MESSAGE(seen.exit_code() == 0, table_for(seen));
  CHECK(world.enforce().exit_code() == 0);
  CHECK_MESSAGE(world.host.mutations() == 0, laws::in_words(world.host.changes()));
}

TEST_CASE("law: a run leaves nothing behind of its own") {
  world::World world;
  (void)world.enforce();
  for (const auto& [path, node] : world.host.files.all()) {
    CAPTURE(path);
    CHECK(path.find(".partial") == std::string::npos);
    CHECK(path.find(".old") == std::string::npos);
    CHECK_FALSE(path.starts_with(paths::work + "/"));
    CHECK_FALSE(path.starts_with(paths::run_private + "/"));
    CHECK_FALSE(path.starts_with("/opt/openclaw/.build"));
    CHECK_FALSE(path.starts_with("/home/ubuntu/.openclaw/.openclaw"));
  }
  CHECK(world.host.files.find(paths::receipt) != nullptr);
  CHECK(world.host.files.find(paths::secrets) == nullptr);
  CHECK(world.host.files.find(paths::log) == nullptr);
}

}  // namespace agent
