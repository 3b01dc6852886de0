// SPDX-License-Identifier: Apache-2.0
// The simulated server itself: a first boot of it ends well, or no law over it would mean anything.
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
