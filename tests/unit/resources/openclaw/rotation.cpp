// SPDX-License-Identifier: Apache-2.0
// New secrets on a server that has some: what is replaced, what is restarted, and the return to the snapshot
// when the gateway does not get ready
#include <algorithm>

#include "core/paths.hpp"
#include "profile/load.hpp"
#include "support/converged.hpp"

namespace agent {

using namespace world;

namespace {

const std::string env_file = "/home/ubuntu/.openclaw/.env";
const std::string other_token = "another-gateway-token-0123456789";
const std::string restart = "restart_unit ubuntu:openclaw-gateway.service";

std::string env(const World& world) { return world.host.files.find(env_file)->content; }

Secrets with_token(const std::string& token) {
  Secrets secrets;
  secrets.gateway_token = Secret(std::string(token));
  return secrets;
}
Secrets with_a_new_token() {
  Secrets secrets;
  secrets.generate_gateway_token = true;
  return secrets;
}
std::size_t restarts(const World& world) {
  const auto changes = world.host.changes();
  return static_cast<std::size_t>(std::count(changes.begin(), changes.end(), restart));
}

// What must never be left after a disturbance.
void no_rest(const World& world) {
  for (const auto& path : {paths::update, paths::secrets, paths::log})
    CHECK(world.host.files.find(path) == nullptr);
  CHECK(world.host.breaches() == Lines{});
}

}  // namespace

TEST_CASE(
    "rotation: a token that is given replaces the old one, the gateway starts once, nothing else is "
    "touched") {
  Converged world;
  world.hand_over(with_token(other_token));
  const auto report = world.enforce();
  CHECK_MESSAGE(report.exit_code() == 0, table_for(report));
  CHECK(env(world).find("OPENCLAW_GATEWAY_TOKEN=" + other_token + "\n") != std::string::npos);
  CHECK(env(world).find(anthropic_token) != std::string::npos);
  CHECK(restarts(world) == 1);
  Lines converged;
  for (const auto& resource : report.resources)
    if (resource.outcome == Outcome::converged) converged.push_back(resource.name);
  CHECK(converged == Lines{"openclaw/env", "openclaw/unit", "openclaw/gateway", "openclaw/update", "seal"});
  no_rest(world);
}

TEST_CASE("rotation: `generate` makes a new token, once") {
  Converged world;
  const auto before = env(world);
  world.hand_over(with_a_new_token());
  repairs(world);
  CHECK(env(world).find(gateway_token) == std::string::npos);
  const auto at = env(world).find("OPENCLAW_GATEWAY_TOKEN=");
  REQUIRE(at != std::string::npos);
  CHECK(env(world).find('\n', at) - at == std::string("OPENCLAW_GATEWAY_TOKEN=").size() + 64);
  CHECK(restarts(world) == 1);
  no_rest(world);
  const auto after = env(world);
  CHECK(world.enforce().exit_code() == 0);
  CHECK(env(world) == after);
}

TEST_CASE(
    "rotation: a gateway that does not get ready with it has the old one back, and the new one is not tried "
    "again") {
  Converged world;
  const auto before = env(world);
  world.openclaw.bad_token = other_token;
  world.hand_over(with_token(other_token));
  CHECK(failure(world, "openclaw/update") ==
        "the gateway did not become ready with the new secrets, so the old ones were put back, and is ready");
  CHECK(env(world) == before);
  CHECK(world.gateway_unit().active_state == "active");
  no_rest(world);
  CHECK(world.check().exit_code() == 0);
}

TEST_CASE("rotation: killed anywhere, the next run finishes it, forward or back") {
  auto when = FakeHost::When::after;
  SUBCASE("after a change") {}
  SUBCASE("within one") { when = FakeHost::When::within; }
  for (const bool bad : {false, true}) {
    for (std::size_t n = 1;; ++n) {
      CAPTURE(bad);
      CAPTURE(n);
      Converged world;
      const auto before = env(world);
      if (bad) world.openclaw.bad_token = other_token;
      world.hand_over(with_token(other_token));
      const bool died = dies(world, n, when);
      (void)world.enforce();
      (void)world.enforce();
      const auto seen = world.check();
      CHECK_MESSAGE(seen.exit_code() == 0, table_for(seen));
      CHECK((env(world).find(other_token) == std::string::npos) == bad);
      if (bad) CHECK(env(world) == before);
      no_rest(world);
      if (!died) break;
    }
  }
}

TEST_CASE("rotation: before the first boot is over no snapshot is kept") {
  World world;
  world.openclaw.bad_token = gateway_token;
  CHECK(world.enforce().exit_code() == 1);
  CHECK(world.host.files.find(paths::update) == nullptr);
  world.hand_over(with_a_new_token());
  repairs(world);
}

TEST_CASE("webhook: kept in one root-only file, and a copy elsewhere is destroyed") {
  const std::string url = "https://hooks.example.test/services/T0/B0/secret-part";
  Converged world;
  Secrets secrets;
  secrets.webhook_url = Secret(std::string(url));
  world.hand_over(secrets);
  world.host.files.put("/var/log/syslog", "url " + url + "\n", {0640});
  repairs(world);
  CHECK(world.host.files.find(paths::webhook)->content == url);
  CHECK(world.host.files.find(paths::webhook)->mode == 0600);
  CHECK(world.host.files.find("/var/log/syslog")->content == "url " + std::string(url.size(), 'x') + "\n");
  CHECK(restarts(world) == 0);
  world.host.files.find(paths::webhook)->mode = 0644;
  CHECK(only_drift(world, "webhook") == Lines{"mode: is 0644, should be 0600, of root"});
  repairs(world);
}

TEST_CASE("secrets: the word generate, and a webhook's URL, are read and written") {
  const auto read = load_secrets("gateway_token: generate\nwebhook_url: https://h.test/x?y=1\n", "s");
  REQUIRE_MESSAGE(read, read.error().message);
  CHECK(read->generate_gateway_token);
  CHECK(read->gateway_token.empty());
  CHECK(read->webhook_url.reveal() == "https://h.test/x?y=1");
  const auto again = load_secrets(dump_secrets(*read), "s");
  REQUIRE(again);
  CHECK(again->generate_gateway_token);
  CHECK(again->webhook_url.reveal() == "https://h.test/x?y=1");
  for (const std::string bad : {"http://h.test/x", "https://user:HUSH@h.test/", "h.test/HUSH"}) {
    const auto refused = load_secrets("webhook_url: " + bad + "\n", "s");
    REQUIRE_FALSE(refused);
    CHECK(refused.error().message.starts_with(
        "s:1:14: webhook_url: the value is not an address that a report can be sent to; write an https"));
    CHECK(refused.error().message.find("HUSH") == std::string::npos);
  }
}

}  // namespace agent
