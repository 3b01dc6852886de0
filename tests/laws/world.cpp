// SPDX-License-Identifier: Apache-2.0
// The simulated server itself: its first boot must succeed, or no law would prove anything.
#include "support/world.hpp"

#include <doctest/doctest.h>

#include "report/text.hpp"

namespace agent {

TEST_CASE("world: a first boot converges, and a check then sees every resource in sync") {
  world::World world;
  const auto first = world.enforce();
  CHECK_MESSAGE(first.exit_code() == 0, table_for(first));
  const auto seen = world.check();
  CHECK_MESSAGE(seen.exit_code() == 0, table_for(seen));
  CHECK(world.host.breaches() == std::vector<std::string>{});
}

}  // namespace agent
