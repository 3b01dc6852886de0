// SPDX-License-Identifier: Apache-2.0
// Who listens on the gateway's port: only its own unit's process counts
#include "support/converged.hpp"

namespace agent {

using namespace world;

namespace {

// A process that listens on 127.0.0.1:18789 (0x4965).
void listens(World& world, const std::string& uid, const std::string& cgroup) {
  world.host.files.put("/proc/net/tcp",
                       "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  "
                       "timeout inode\n   0: 0100007F:4965 00000000:0000 0A 00000000:00000000 00:00000000 "
                       "00000000  " +
                           uid + "        0 4242 1 0 100 0 0 10 0\n");
  world.host.files.put_directory("/proc/812");
  world.host.files.put_directory("/proc/812/fd");
  world.host.files.put_symlink("/proc/812/fd/7", "socket:[4242]");
  world.host.files.put("/proc/812/comm", "python3\n");
  world.host.files.put("/proc/812/cgroup", "4:pids:/\n1:name=systemd:/init.scope\n0::" + cgroup + "\n");
}

}  // namespace

TEST_CASE("gateway: what somebody else answers on its port does not count") {
  Converged world;
  std::string who, end;
  SUBCASE("a service of the machine's") {
    listens(world, "1234", "/system.slice/evil.service");
    who = "python3 (pid 812, uid 1234, evil.service)";
    end = "systemctl stop evil.service";
  }
  SUBCASE("another unit of the same user") {
    listens(world, std::to_string(world.user().uid),
            fmt::format("/user.slice/user-{0}.slice/user@{0}.service/app.slice/clawdbot-gateway.service",
                        world.user().uid));
    who = fmt::format("python3 (pid 812, uid {}, clawdbot-gateway.service)", world.user().uid);
    end = "kill 812";
  }
  SUBCASE("a process outside of any unit") {
    listens(world, "0", "/user.slice/user-0.slice/session-3.scope");
    who = "python3 (pid 812, uid 0)";
    end = "kill 812";
  }
  CHECK(only_drift(world, "openclaw/gateway") ==
        Lines{"port: is held by " + who + ", should be held by the gateway"});
  CHECK(failure(world, "openclaw/gateway") == "port 18789 is held by " + who +
                                                  ", so the gateway cannot listen there: `" + end +
                                                  "`, or choose another gateway.port, then run again");
  world.openclaw.paired = false;  // and nobody sends it the gateway's token
  world.host.commands.clear();
  CHECK(find(world.enforce(), "openclaw/cli").outcome == Outcome::blocked);
  for (const auto& command : world.host.commands) CHECK(command.argv.front() != "/usr/local/bin/openclaw");
}

TEST_CASE("gateway: its own process on its port is what it should be") {
  Converged world;
  listens(world, std::to_string(world.user().uid),
          fmt::format("/user.slice/user-{0}.slice/user@{0}.service/app.slice/openclaw-gateway.service",
                      world.user().uid));
  CHECK(world.check().exit_code() == 0);
}

TEST_CASE("unit: a port that somebody holds is named before the gateway is started") {
  World world;
  listens(world, "1234", "/system.slice/evil.service");
  CHECK(failure(world, "openclaw/unit").starts_with("port 18789 is held by python3 (pid 812, uid 1234"));
}

}  // namespace agent
