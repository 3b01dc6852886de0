// SPDX-License-Identifier: Apache-2.0
// tailscale/identity: a server made from a snapshot of another one
#include "resources/tailscale/identity.hpp"

#include "core/paths.hpp"
#include "support/converged.hpp"

namespace agent {

using namespace world;

namespace {

const std::string instance_id = "/var/lib/cloud/data/instance-id";
const std::string env = "/home/ubuntu/.openclaw/.env";
const std::string aside = "/var/lib/tailscale/tailscaled.state.of-another-server";
const std::string certificate_key = "/var/lib/tailscale/certs/first.lab.ts.net.key";

// The same disk in another server.
struct Copy : Converged {
  Copy() {
    host.files.put(instance_id, "42000017\n");
    tailnet.control.key_used = false;
    host.files.put(certificate_key, "PRIVATE KEY", {0600});
  }
};

Secrets new_key() {
  Secrets secrets;
  secrets.tailscale_auth_key = Secret(std::string(auth_key));
  return secrets;
}

}  // namespace

TEST_CASE("identity: a server records its own, whoever joined it before") {
  Converged world;
  CHECK(world.host.files.find(paths::instance)->content == "42000016\n");
  world.host.files.erase(paths::instance);  // converged by an older agent
  CHECK(only_drift(world, "tailscale/identity") == Lines{"recorded instance: is none, should be 42000016"});
  const auto before = world.host.files.find(env)->content;
  repairs(world);
  CHECK(world.host.files.find(env)->content == before);
}

TEST_CASE("identity: a copy without a new key is told, and nothing is guessed") {
  Copy world;
  const auto before = world.host.files.find(env)->content;
  CHECK(world.enforce().exit_code() == 0);
  const auto report = world.check();
  CHECK(report.exit_code() == 0);
  REQUIRE(find(report, "tailscale/identity").notes.size() == 1);
  CHECK(find(report, "tailscale/identity")
            .notes.front()
            .starts_with("this server was made from a copy of instance 42000016"));
  CHECK(world.host.files.find(env)->content == before);
}

TEST_CASE("identity: a copy with a new key joins as a node of its own, with a gateway token of its own") {
  Copy world;
  const auto before = world.host.files.find(env)->content;
  world.hand_over(new_key());
  const auto report = world.enforce();
  CHECK_MESSAGE(report.exit_code() == 0, table_for(report));
  CHECK(find(report, "tailscale/identity").outcome == Outcome::converged);
  CHECK(find(report, "tailscale/login").outcome == Outcome::converged);
  CHECK(world.tailnet.control.key_used);
  CHECK(world.host.files.find(env)->content != before);
  CHECK(world.host.files.find(aside) == nullptr);
  CHECK(world.host.files.find(certificate_key) == nullptr);
  CHECK(world.openclaw.forgot_devices == 1);
  CHECK(world.openclaw.paired);  // the host's own command line, anew
  CHECK(world.host.files.find(paths::new_identity) == nullptr);
  CHECK(world.host.files.find(paths::receipt) != nullptr);
  CHECK(world.host.files.find(paths::instance)->content == "42000017\n");
  CHECK(world.check().exit_code() == 0);
}

TEST_CASE("identity: where there is no cloud-init there is nothing to tell servers apart by") {
  World world;
  world.host.files.erase(instance_id);
  CHECK(world.enforce().exit_code() == 0);
  CHECK(world.host.files.find(paths::instance) == nullptr);
}

}  // namespace agent
