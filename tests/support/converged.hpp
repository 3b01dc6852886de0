// SPDX-License-Identifier: Apache-2.0
// A server on which everything is as desired, for tests that break one thing; and short helpers to read a
// run's report.
#pragma once

#include <doctest/doctest.h>

#include "report/text.hpp"
#include "support/world.hpp"

namespace agent::world {

class Converged : public World {
 public:
  Converged() {
    const auto report = enforce();
    REQUIRE_MESSAGE(report.exit_code() == 0, table_for(report));
    host.forget_changes();
    host.commands.clear();
    host.progress_lines.clear();
  }
};

// "field: is X, should be Y", one line per drift.
inline std::vector<std::string> drifts(const Report& report, const std::string& name) {
  std::vector<std::string> out;
  for (const auto& drift : find(report, name).drifts)
    out.push_back(fmt::format("{}: is {}, should be {}", drift.field, drift.observed, drift.desired));
  return out;
}

// The drift that a check finds in this resource; all others must be in sync.
inline std::vector<std::string> only_drift(World& world, const std::string& name) {
  const auto report = world.check();
  for (const auto& resource : report.resources)
    CHECK_MESSAGE((resource.name == name || resource.outcome == Outcome::in_sync), table_for(report));
  CHECK(find(report, name).outcome == Outcome::drifted);
  return drifts(report, name);
}

// Reconciles without secrets: the run and a check after it must be good.
inline void repairs(World& world) {
  const auto report = world.enforce();
  CHECK_MESSAGE(report.exit_code() == 0, table_for(report));
  const auto seen = world.check();
  CHECK_MESSAGE(seen.exit_code() == 0, table_for(seen));
  CHECK(world.host.breaches() == std::vector<std::string>{});
}

// Why a resource failed in an enforcing run.
inline std::string failure(World& world, const std::string& name) {
  const auto report = world.enforce();
  CHECK_MESSAGE(find(report, name).outcome == Outcome::failed, table_for(report));
  CHECK(report.exit_code() == 1);
  CHECK(world.host.breaches() == std::vector<std::string>{});
  return find(report, name).reason;
}

// A run that is killed after or within its n-th change; false when it made fewer changes.
inline bool dies(World& world, std::size_t n, FakeHost::When when = FakeHost::When::after) {
  world.host.kill_at(n, when);
  bool died = false;
  try {
    (void)world.enforce();
  } catch (const Killed&) {
    died = true;
  }
  world.host.revive();
  return died;
}

using Lines = std::vector<std::string>;

}  // namespace agent::world
