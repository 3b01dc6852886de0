// SPDX-License-Identifier: Apache-2.0
// seal: what it could not search, long lists, and what an interrupted run may have left outside of the
// searched places
#include <algorithm>

#include "base/utc.hpp"
#include "core/paths.hpp"
#include "resources/catalog.hpp"
#include "resources/seal/receipt.hpp"
#include "support/converged.hpp"
#include "support/world_programs.hpp"

namespace agent {

using namespace world;

TEST_CASE("seal: what could not be searched is said, also when nothing was found") {
  Converged world;
  world.host.files.put_symlink("/var/spool", "/srv/spool");
  const auto report = world.check();
  CHECK(report.exit_code() == 0);
  CHECK(find(report, "seal").notes ==
        Lines{"1 files or directories could not be searched for secrets, such as /var/spool: a symlink"});
}

TEST_CASE("seal: of very many copies the report names some, and says how many there were") {
  Converged world;
  for (int i = 0; i < 30; ++i) world.host.files.put(fmt::format("/tmp/{:02}", i), auth_key, {0666});
  const auto seen = only_drift(world, "seal");
  REQUIRE(seen.size() == 21);
  CHECK(seen.back() == "more copies: is 10, should be none");
  repairs(world);
}

TEST_CASE("seal: the report does not name a receipt that was not written") {
  World world;
  world.openclaw.npm_fails = true;
  const auto report = world.enforce();
  REQUIRE(world.host.files.find(paths::receipt) == nullptr);
  const auto& notes = find(report, "seal").notes;
  CHECK(std::any_of(notes.begin(), notes.end(),
                    [](const auto& note) { return note.ends_with("; free space was trimmed"); }));
}

TEST_CASE(
    "seal: free space is trimmed after new secrets were used: a run before it may have been killed while it "
    "replaced a file") {
  Converged world;
  Secrets secrets;
  secrets.generate_gateway_token = true;
  world.hand_over(secrets);
  CHECK(world.enforce().exit_code() == 0);
  CHECK(has(world.host.changes(), "trim /"));
}

TEST_CASE("seal: after a clock correction, kept secrets are neither too old nor kept forever") {
  using std::chrono::sys_days, std::chrono::year;
  for (const auto wrong : {sys_days(year(1970) / 1 / 2), sys_days(year(2038) / 1 / 20)}) {
    CAPTURE(wrong.time_since_epoch().count());
    World world;
    world.host.set_wall_clock(wrong);
    world.hand_over(all_secrets());  // the file has the clock's time
    world.tailnet.control.silent = true;
    (void)world.enforce();
    world.host.set_wall_clock(sys_days(year(2026) / 11 / 2));
    CHECK_FALSE(drifts(world.check(), "seal").empty());
    const auto seal_once = [&] {
      Ledger none, own;
      const auto plan = seal_plan(world.profile, none).value();
      CHECK(enforce(plan, world.host, own, [](const ResourceReport&) {}).exit_code() == 0);
      return world.host.files.find(paths::secrets);
    };
    REQUIRE(seal_once() != nullptr);
    CHECK(utc(seal_once()->modified).starts_with("2026-11-02T"));
    world.host.advance(std::chrono::hours(25));
    CHECK(seal_once() == nullptr);
  }
}

TEST_CASE(
    "seal: a file system that journals what is written, by its mount or by its own default, is in the "
    "receipt") {
  const auto promised = [](const char* mounts, const char* options) {
    World world;
    world.host.files.put("/proc/mounts", mounts, {0444});
    world.host.files.put("/proc/fs/ext4/sda1/options", options, {0400});
    (void)world.enforce();
    return world.host.files.find(paths::receipt)->content.find("data=journal") != std::string::npos;
  };
  const auto* plain =
      "/dev/sdb / ext4 rw,data=journal 0 0\n/dev/sda1 / ext4 rw,relatime 0 0\n/dev/sdc /srv ext4 "
      "rw,data=journal 0 0\n";
  CHECK(promised("/dev/root / ext4 rw,relatime,data=journal 0 0\n", "data=ordered\n"));
  CHECK(promised(plain, "rw\ndata=journal\ncommit=5\n"));
  CHECK_FALSE(promised(plain, "rw\ndata=ordered\ncommit=5\n"));
}

}  // namespace agent
