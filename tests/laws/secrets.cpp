// SPDX-License-Identifier: Apache-2.0
// Law: no secret is ever in a forbidden place. The world checks argv, environments, progress, every file when
// it is written, and files that are unlinked instead of wiped. Reports and lines are searched after every
// run.
#include <doctest/doctest.h>

#include "core/paths.hpp"
#include "laws/traces.hpp"
#include "report/text.hpp"
#include "secrets/redact.hpp"

namespace agent {
namespace {

void kept_to_the_rules(const world::World& world) {
  CHECK_MESSAGE(world.host.breaches().empty(), laws::in_words(world.host.breaches()));
  for (const auto& path : world.host.files_with_secrets()) {
    CAPTURE(path);
    CHECK(world.host.files.find(path)->mode == 0600);
  }
}

}  // namespace

TEST_CASE("law: a good run leaves secrets only in the gateway's .env") {
  world::World world;
  (void)world.enforce();
  kept_to_the_rules(world);
  CHECK(world.host.files_with_secrets() == laws::the_only_places);
}

TEST_CASE("law: a token made on the host is kept as well as one that was given") {
  world::World world;
  Secrets secrets;
  secrets.tailscale_auth_key = Secret(std::string(world::auth_key));
  world.hand_over(secrets);
  CHECK(world.enforce().exit_code() == 0);
  REQUIRE(world.host.canaries.size() == 5);  // random_hex() made one
  kept_to_the_rules(world);
  CHECK(world.host.files.find("/home/ubuntu/.openclaw/.env")->content ==
        "OPENCLAW_GATEWAY_TOKEN=" + world.host.canaries.back() + "\n");
  CHECK(redact(world.host.canaries.back()) == "[redacted]");
}

TEST_CASE("law: a run that cannot use a secret keeps it in the one 0600 file, and nowhere else") {
  world::World world;
  world.tailnet.control.silent = true;
  (void)world.enforce();
  kept_to_the_rules(world);
  auto places = laws::the_only_places;
  places.insert(places.begin() + 1, paths::secrets);  // they are in the order of their paths
  CHECK(world.host.files_with_secrets() == places);
  const auto& kept = world.host.files.find(paths::secrets)->content;
  CHECK(kept.find(world::auth_key) != std::string::npos);
  CHECK(kept.find(world::anthropic_token) == std::string::npos);  // .env has it
  CHECK(world.host.files.find(paths::receipt) == nullptr);
}

TEST_CASE("law: secrets that are kept for the next run are destroyed when their time is over") {
  world::World world;
  world.tailnet.control.silent = true;
  (void)world.enforce();
  world.host.advance(std::chrono::hours(25));
  (void)world.enforce();
  CHECK(world.host.files_with_secrets() == laws::the_only_places);
}

TEST_CASE("law: programs that repeat a key in what they print don't bring it into a report") {
  world::World world;
  world.host.on_run("apt-get", [](FakeHost&, const Command&) -> Result<Completed> {
    return Completed{
        100, false, "",
        "E: proxy http://u:" + world::gateway_token + "@proxy refused " + world::auth_key + "\n"};
  });
  world.tailnet.control.health = {"SSH access controls refuse " + world::auth_key};
  const auto report = world.enforce();
  CHECK(world::find(report, "packages").reason.find("[redacted]@proxy refused [redacted]") !=
        std::string::npos);
  kept_to_the_rules(world);
}

}  // namespace agent
