// Law: once enforced, every resource is seen as desired, and enforcing again changes nothing.
#include <doctest/doctest.h>

#include "cli/report_text.hpp"
#include "laws/traces.hpp"
#include "resources/paths.hpp"

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

TEST_CASE("law: a second enforce makes no change, nor a third that was told the secrets again") {
  world::World world;
  (void)world.enforce();
  world.host.forget_changes();
  const auto second = world.enforce();
  CHECK(second.exit_code() == 0);
  CHECK_MESSAGE(world.host.mutations() == 0, laws::in_words(world.host.changes()));

  world.hand_over(world::all_secrets());
  CHECK(world.enforce().exit_code() == 0);
  CHECK(laws::in_words(world.host.changes()) == "wipe_file " + paths::secrets + "\nwipe_file " + paths::log);
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
