// SPDX-License-Identifier: Apache-2.0
// The other contracts of both hosts: counting, time, randomness, missing programs.
#include <doctest/doctest.h>

#include "contract/machine.hpp"
#include "ports/wait.hpp"

#define ON_BOTH(name) TEST_CASE_TEMPLATE(name, M, FakeMachine, RealMachine)

namespace agent {

ON_BOTH("contract: changes are counted, looks are not") {
  M m;
  auto& host = m.host();
  const auto before = m.mutations();
  CHECK(host.stat(m.root));
  CHECK(host.list(m.root));
  CHECK_FALSE(host.read_file(m.root));
  CHECK(host.fingerprint(m.root));
  static_cast<void>(host.find_user("root"));
  host.progress("a line");
  CHECK(m.mutations() == before);
  CHECK(host.write_file(m.root + "/file", "", m.own(0644)));
  CHECK(m.mutations() == before + 1);
  CHECK_FALSE(host.write_file(m.root + "/absent/file", "", m.own(0644)));
  CHECK(m.mutations() == before + 2);
  CHECK_FALSE(host.run({{"no-such-program"}, {}, {}, "/", "", "", Milliseconds(1000), false}));
  CHECK(m.mutations() == before + 3);
}

ON_BOTH("contract: a program that is not there could not be run") {
  M m;
  Command command;
  command.argv = {"no-such-program"};
  const auto run = m.host().run(command);
  REQUIRE_FALSE(run);
  CHECK(run.error().code == Errc::not_found);
  CHECK(run.error().message == "run no-such-program: no such program on its PATH");
}

ON_BOTH("contract: accounts") {
  M m;
  NEEDS_ROOT(m);  // only root may read shadow(5)
  const auto root = m.host().find_user("root");
  REQUIRE(root);
  REQUIRE(root->has_value());
  CHECK((*root)->uid == 0);
  CHECK((*root)->home == "/root");
  const auto nobody = m.host().find_user("no-such-user-anywhere");
  REQUIRE(nobody);
  CHECK_FALSE(nobody->has_value());
}

ON_BOTH("contract: randomness") {
  M m;
  const auto one = m.host().random_hex(32).value();
  CHECK(one.size() == 64);
  CHECK(one.find_first_not_of("0123456789abcdef") == std::string::npos);
  CHECK(m.host().random_hex(32).value() != one);
  CHECK(m.host().random_hex(0).value().empty());
}

ON_BOTH("contract: time passes in a pause, and a wait looks until it ends") {
  M m;
  const Host& host = m.host();
  const auto before = host.now();
  host.pause(Milliseconds(20));
  CHECK(host.now() - before >= Milliseconds(20));
  const auto late = wait_until(host, Milliseconds(150), "the moon", [] { return false; });
  REQUIRE_FALSE(late);
  CHECK(late.error().code == Errc::timed_out);
  CHECK(host.now() - before >= Milliseconds(170));
  int looks = 0;
  CHECK(wait_until(host, Milliseconds(5000), "the third look", [&] { return ++looks == 3; }));
}

}  // namespace agent
