// SPDX-License-Identifier: Apache-2.0
// tailscale/access: a joined node that nobody can log in to keeps its other access
#include "resources/tailscale/access.hpp"

#include "commands/run/retry.hpp"
#include "support/converged.hpp"

namespace agent {

using namespace world;

namespace {

const std::string no_rule =
    "Tailscale SSH enabled, but access controls don't allow anyone to access this device.";
const std::string locked_out =
    "this node is locked out; it will not have connectivity until it is signed. For more info, see "
    "https://tailscale.com/s/locked-out";

}  // namespace

TEST_CASE("access: without a rule that lets anybody in, public SSH stays, and all else closes") {
  World world;
  world.host.users["ubuntu"] = {"ubuntu", 1000, 1000, "/home/ubuntu", "/bin/bash", {}, false};
  world.host.files.put_directory("/home/ubuntu", {0755, 1000, 1000});
  SUBCASE("no SSH rule") { world.tailnet.control.health = {no_rule}; }
  SUBCASE("locked out") { world.tailnet.control.health = {locked_out}; }
  const auto report = world.enforce();
  CHECK(report.exit_code() == 1);
  CHECK(find(report, "tailscale/access").reason.find(world.tailnet.control.health.front()) !=
        std::string::npos);
  CHECK(may_pass(report));
  CHECK(world.ufw.enabled);
  CHECK(world.ufw.has("allow 22/tcp"));
  CHECK(find(report, "sshd").outcome == Outcome::blocked);
  CHECK_FALSE(world.user().password_locked);

  CHECK(world.enforce().exit_code() == 1);  // the next run leaves it as it is
  CHECK(world.ufw.has("allow 22/tcp"));

  world.tailnet.control.health.clear();  // the owner has added the rule, or signed the node
  repairs(world);
  CHECK_FALSE(world.ufw.has("allow 22/tcp"));
  CHECK(world.user().password_locked);
}

TEST_CASE("access: a port that is closed already is not opened again") {
  Converged world;
  world.tailnet.control.health = {no_rule};
  CHECK(only_drift(world, "tailscale/access") ==
        Lines{"log in over the tailnet: is " + no_rule + ", should be allowed"});
  CHECK(world.enforce().exit_code() == 1);
  CHECK_FALSE(world.ufw.has("allow 22/tcp"));
}

TEST_CASE("access: without Tailscale SSH its rules do not matter, the tailnet's lock does") {
  World world;
  world.profile.tailscale.ssh = false;
  world.host.files.put("/root/.ssh/authorized_keys", "ssh-ed25519 AAAA owner\n", {0600});
  world.tailnet.control.health = {no_rule};
  CHECK(world.enforce().exit_code() == 0);
  world.tailnet.control.health = {locked_out};
  const auto why = failure(world, "tailscale/access");
  CHECK(why.find("tailscale lock sign nodekey:") != std::string::npos);
}

}  // namespace agent
