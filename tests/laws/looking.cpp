// SPDX-License-Identifier: Apache-2.0
// Law: a check looks at everything and changes nothing, in any state of the machine.
#include <doctest/doctest.h>

#include <set>

#include "laws/traces.hpp"
#include "resources/catalog.hpp"

namespace agent {
namespace {

void looks_only(world::World& world, const char* state) {
  CAPTURE(state);
  const auto before = world.host.files.all();
  const auto changes = world.host.mutations();
  const auto report = world.check();
  CHECK(world.host.mutations() == changes);
  CHECK(world.host.files.all() == before);
  CHECK(world.host.commands.size() == 0);
  Ledger ledger;
  const Secrets none;
  CHECK(report.resources.size() == server_plan(world.profile, none, ledger)->resources().size());
}

}  // namespace

TEST_CASE("law: a check changes nothing") {
  world::World bare;
  looks_only(bare, "bare");
  for (std::size_t n = 1; n <= laws::reference().changes; ++n) {
    world::World world;
    world.host.kill_at(n, FakeHost::When::after);
    CHECK_THROWS_AS((void)world.enforce(), Killed);
    world.host.revive();
    world.host.commands.clear();
    looks_only(world, fmt::format("killed after change {}", n).c_str());
  }
  world::World done;
  (void)done.enforce();
  done.host.commands.clear();
  looks_only(done, "converged");
}

TEST_CASE("law: a check of a bare machine sees no resource in sync that enforcing would change") {
  world::World world;
  const auto seen = world.check();
  CHECK(seen.exit_code() == 2);
  const auto done = world.enforce();
  for (const auto& resource : done.resources) {
    CAPTURE(resource.name);
    // A bare machine has no unfinished update, no unwanted timer, no needrestart and no password of root's;
    // names are resolved, a user is made without a password, the tailnet lets somebody in, there is no other
    // gateway, and no port is forwarded.
    const std::set<std::string> nothing_to_do = {"openclaw/update",  "reconcile/timer", "resolver",
                                                 "user/password",    "root/password",   "boot/needrestart",
                                                 "tailscale/access", "openclaw/others", "ufw/forwarded"};
    if (nothing_to_do.contains(resource.name)) {
      CHECK(resource.outcome == Outcome::in_sync);
      continue;
    }
    CHECK(resource.outcome == Outcome::converged);
    if (resource.name != "seal" && resource.name != "webhook")  // a check is given no URL
      CHECK(world::find(seen, resource.name).outcome != Outcome::in_sync);
  }
}

}  // namespace agent
