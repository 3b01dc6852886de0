// SPDX-License-Identifier: Apache-2.0
// boot/needrestart: its file is there where needrestart is, and only there
#include "support/converged.hpp"

namespace agent {

using namespace world;

TEST_CASE("needrestart: where it is installed, it is told to leave the agent's runs alone") {
  const std::string file = "/etc/needrestart/conf.d/bootstrap-agent.conf";
  Converged world;
  CHECK(world.host.files.find(file) == nullptr);
  world.host.files.put_directory("/etc/needrestart");
  world.host.files.put_directory("/etc/needrestart/conf.d");
  CHECK(only_drift(world, "boot/needrestart") == Lines{file + ": is absent, should be as made"});
  repairs(world);
  CHECK(world.host.files.find(file)->content.find("\n$nrconf{override_rc}{qr(^bootstrap-agent)} = 0;\n") !=
        std::string::npos);
  world.host.files.find(file)->content = "1;\n";
  CHECK(only_drift(world, "boot/needrestart") == Lines{file + ": is changed, should be as made"});
  repairs(world);
}

}  // namespace agent
