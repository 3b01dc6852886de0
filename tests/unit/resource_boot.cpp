// boot and resolver: what a power cut, or an older agent, may have left
#include "support/converged.hpp"

namespace agent {

using namespace world;

TEST_CASE("boot: the unit is as this agent ships it, and enabled") {
  Converged world;
  const std::string unit = "bootstrap-agent.service";
  world.host.files.find("/etc/systemd/system/" + unit)->content += "# of an older agent\n";
  CHECK(only_drift(world, "boot") == Lines{unit + ": is changed, should be as shipped", "loaded: is an older file, should be the file on disk"});
  repairs(world);
  world.host.unit_of(Scope::system(), unit).unit_file_state = "disabled";
  CHECK(only_drift(world, "boot") == Lines{"enabled: is disabled, should be enabled"});
  repairs(world);
}

TEST_CASE("resolver: a resolv.conf that a power cut has left empty is as tailscaled found it, before anything is fetched") {
  const std::string used = "/etc/resolv.conf";
  World world;
  CHECK(find(world.check(), "resolver").outcome == Outcome::in_sync);  // nothing was kept
  world.host.files.put("/etc/resolv.pre-tailscale-backup.conf", "nameserver 192.0.2.1\n");
  world.host.files.put(used, "");
  CHECK(drifts(world.check(), "resolver") == Lines{used + ": is empty, should be as before tailscaled took it over"});
  CHECK(world.enforce().exit_code() == 0);
  CHECK(world.host.files.find(used)->content == "nameserver 192.0.2.1\n");
  for (const char* fetches : {"packages", "node", "tailscale/package"})
    CHECK(find(world.check(), fetches).needs == Lines{"resolver"});

  world.host.files.put_symlink(used, "/run/systemd/resolve/stub-resolv.conf");
  CHECK(find(world.check(), "resolver").outcome == Outcome::in_sync);
}

}  // namespace agent
