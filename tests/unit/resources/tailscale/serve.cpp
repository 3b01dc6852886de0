// SPDX-License-Identifier: Apache-2.0
// tailscale/serve
#include "support/converged.hpp"

namespace agent {

using namespace world;

namespace {
const std::string serve = "tailscale/serve";
const std::string wanted =
    R"({"TCP":{"443":{"HTTPS":true}},"Web":{"openclaw.tail1234.ts.net:443":{"Handlers":{"/":{"Proxy":"http://127.0.0.1:18789"}}}}})";
}  // namespace

TEST_CASE(
    "serve: not enabled on the tailnet, whether it says so and ends or blocks: the address to enable it is "
    "passed on") {
  for (const bool blocks : {false, true}) {
    World world;
    world.tailnet.control.serve_enabled = false;
    world.tailnet.control.serve_blocks = blocks;
    CHECK(failure(world, serve) ==
          "Serve is not enabled on this tailnet: enable it at "
          "https://login.tailscale.com/f/serve?node=nCNTRL, then run "
          "`bootstrap-agent --reconcile`");
    world.tailnet.control.serve_enabled = true;
    repairs(world);
  }
}

TEST_CASE("serve: a tailnet without HTTPS certificates is named, though tailscale took the command") {
  World world;
  world.tailnet.control.https = false;
  CHECK(failure(world, serve) ==
        "HTTPS certificates are off in this tailnet: enable them in the admin console (DNS, HTTPS "
        "Certificates), then run "
        "`bootstrap-agent --reconcile`");
  world.tailnet.control.https = true;
  repairs(world);
}

TEST_CASE("serve: when neither is enabled, the operator gets the page that enables both") {
  World world;
  world.tailnet.control.https = false;
  world.tailnet.control.serve_enabled = false;
  CHECK(failure(world, serve)
            .starts_with(
                "Serve is not enabled on this tailnet: enable it at https://login.tailscale.com/f/serve"));
}

TEST_CASE("serve: a reset, and anything else that is served, is drift and repaired") {
  Converged world;
  world.tailnet.daemon.serve = "{}";
  CHECK(only_drift(world, serve) == Lines{"served: is nothing, should be " + wanted});
  repairs(world);
  const std::string other = R"({"TCP":{"80":{"HTTP":true}}})";
  world.tailnet.daemon.serve = other;
  CHECK(only_drift(world, serve) == Lines{"served: is " + other + ", should be " + wanted});
  repairs(world);
}

TEST_CASE("serve: the gateway's address is the node's real name") {
  Converged world;
  CHECK(find(world.check(), serve).facts.at("url") == "https://openclaw.tail1234.ts.net/");
}

// Six servers of one name in a week: Let's Encrypt gives no more certificates, and nothing else shows it.
TEST_CASE("serve: a certificate that cannot be had is a note with the reason, and fails nothing") {
  Converged world;
  CHECK(find(world.check(), serve).notes.empty());
  world.tailnet.control.acme_refuses = "429 urn:ietf:params:acme:error:rateLimited: too many certificates";
  CHECK(world.check().exit_code() == 0);
  CHECK(find(world.check(), serve).notes == Lines{"no certificate, and browsers cannot connect without it: "
                                                  "429 urn:ietf:params:acme:error:rateLimited: too "
                                                  "many certificates; tailscaled tries again at each visit"});
  world.tailnet.control.certificates_are_late = true;
  CHECK(find(world.check(), serve).notes ==
        Lines{"no certificate within 15 s, and browsers cannot connect without it: it is still being made, "
              "or refused "
              "(`journalctl -u tailscaled -g cert` shows it); tailscaled tries again at each visit"});
}

}  // namespace agent
