// SPDX-License-Identifier: Apache-2.0
// openclaw/others and openclaw/command: second gateways, and how root would get one
#include "support/converged.hpp"

namespace agent {

using namespace world;

namespace {

const std::string in_home = "/home/ubuntu/.config/systemd/user/";
const std::string of_root = "/root/.config/systemd/user/";

}  // namespace

TEST_CASE("other gateways: each kind is drift, with the commands that end it, and stays") {
  for (const auto& [path, end] : std::vector<std::pair<std::string, std::string>>{
           {in_home + "clawdbot-gateway.service",
            "systemctl --user --machine=ubuntu@.host disable --now clawdbot-gateway.service; rm " + in_home +
                "clawdbot-gateway.service"},
           {in_home + "openclaw-gateway-work.service",
            "systemctl --user --machine=ubuntu@.host disable --now openclaw-gateway-work.service; rm " +
                in_home + "openclaw-gateway-work.service"},
           {"/etc/systemd/system/moltbot.service",
            "systemctl disable --now moltbot.service; rm /etc/systemd/system/moltbot.service"},
           {of_root + "openclaw-gateway.service",
            "systemctl --user disable --now openclaw-gateway.service; rm " + of_root +
                "openclaw-gateway.service"},
           {"/root/.openclaw", "rm -r /root/.openclaw"}}) {
    CAPTURE(path);
    Converged world;
    world.host.files.put(path, "[Service]\n", {0644});
    CHECK(only_drift(world, "openclaw/others") ==
          Lines{"another gateway: is " + path + ", should be absent"});
    CHECK(failure(world, "openclaw/others") ==
          "another gateway is left on this server; it is yours, so it is not removed. Save what you need of "
          "it, "
          "then run `" +
              end + "`");
    CHECK(world.host.files.find(path) != nullptr);
    world.host.files.erase(path);
    repairs(world);
  }
}

// The profile named another user before: his gateway goes on serving, and starts again at every boot.
TEST_CASE("other gateways: the former user's is named with his linger and his tokens") {
  Converged world;
  User old;
  old.name = "old";
  old.uid = old.gid = 1500;
  old.home = "/home/old";
  world.host.users["old"] = old;
  world.host.files.put_directory("/home/old", {0750, 1500, 1500});
  world.host.files.put("/home/old/.config/systemd/user/openclaw-gateway.service", "[Service]\n",
                       {0644, 1500, 1500});
  world.host.files.put("/var/lib/systemd/linger/old", "");
  CHECK(failure(world, "openclaw/others") ==
        "another gateway is left on this server; it is yours, so it is not removed. Save what you need of "
        "it, then "
        "run `systemctl --user --machine=old@.host disable --now openclaw-gateway.service; rm "
        "/home/old/.config/systemd/user/openclaw-gateway.service; loginctl disable-linger old; shred -u "
        "/home/old/.openclaw/.env`");
  world.host.files.erase("/var/lib/systemd/linger/old");
  repairs(world);
}

TEST_CASE("other gateways: a name that a shell would take for more is not shown") {
  Converged world;
  world.host.files.put(in_home + "clawdbot-gateway$(reboot).service", "[Service]\n", {0644});
  CHECK(find(world.check(), "openclaw/others").drifts.empty());
}

TEST_CASE("command: a link, an edit or another mode is repaired; root's call is refused by it") {
  const std::string path = "/usr/local/bin/openclaw";
  Converged world;
  const auto made = world.host.files.find(path)->content;
  CHECK(made.find("--machine=ubuntu@.host") != std::string::npos);
  world.host.files.put_symlink(path, "/opt/openclaw/current/node_modules/openclaw/openclaw.mjs");
  CHECK(only_drift(world, "openclaw/command") == Lines{path + ": is changed, should be as made"});
  repairs(world);
  world.host.files.find(path)->content += "\n";
  CHECK(only_drift(world, "openclaw/command") == Lines{path + ": is changed, should be as made"});
  repairs(world);
  world.host.files.find(path)->mode = 0777;
  CHECK(only_drift(world, "openclaw/command") == Lines{"mode: is 0777, should be 0755"});
  repairs(world);
  CHECK(world.host.files.find(path)->content == made);
}

}  // namespace agent
