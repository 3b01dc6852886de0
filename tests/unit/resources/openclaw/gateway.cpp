// SPDX-License-Identifier: Apache-2.0
// openclaw/unit, openclaw/gateway, openclaw/cli: what really runs, whether it is ready, and where it listens
#include "resources/common/listening_sockets.hpp"
#include "support/converged.hpp"

namespace agent {

using namespace world;

namespace {

const std::string unit = "openclaw/unit";
const std::string units = "/home/ubuntu/.config/systemd/user/";
const std::string unit_file = units + "openclaw-gateway.service";
const std::string node = "/opt/node/24.21.0/bin/node";

std::size_t restarts(const World& world) {
  std::size_t count = 0;
  for (const auto& change : world.host.changes())
    count += change == "restart_unit ubuntu:openclaw-gateway.service" ? 1U : 0U;
  return count;
}

}  // namespace

TEST_CASE("unit: a drop-in in the home is named by its path and removed, though systemd would run it") {
  Converged world;
  const auto drop_in = unit_file + ".d/mine.conf";
  world.host.files.put(drop_in, "[Service]\nExecStart=\nExecStart=/bin/sh\n", {0644, 1001, 1001});
  CHECK(drifts(world.check(), unit) == Lines{"loaded: is an older file, should be the file on disk"});
  REQUIRE(world.host.reload_manager(Scope::of(world.user())));
  CHECK(drifts(world.check(), unit) == Lines{"drop-in " + drop_in + ": is present, should be absent"});
  repairs(world);
  CHECK(world.host.files.find(drop_in) == nullptr);
}

TEST_CASE(
    "unit: what the user's manager names as a drop-in is removed by root only where nobody else could have "
    "put it") {
  for (const auto* path : {"/etc/shadow", "/etc/systemd/user/openclaw-gateway.service.d/../../../shadow.conf",
                           "/run/user/1001/systemd/user/openclaw-gateway.service.d/x.conf",
                           "/etc/systemd/user/other.service.d/x.conf"}) {
    CAPTURE(path);
    Converged world;
    world.host.files.put(path, "x", {0600});
    world.gateway_unit().drop_in_paths.emplace_back(path);
    CHECK(failure(world, unit)
              .starts_with(std::string(path) +
                           " changes the gateway's unit, but root does not remove a file there"));
    CHECK(world.host.files.find(path) != nullptr);
  }
  Converged world;
  const std::string ours = "/etc/systemd/user/openclaw-gateway.service.d/mine.conf";
  world.host.files.put(ours, "x", {0644});
  world.gateway_unit().drop_in_paths.push_back(ours);
  repairs(world);
  CHECK(world.host.files.find(ours) == nullptr);
}

TEST_CASE(
    "unit: started while the clock was ahead, it starts once more: what it runs from may have changed "
    "since") {
  Converged world;
  world.gateway_unit().active_since_us += 1'000'000ULL * 3600 * 24 * 365;
  CHECK(drifts(world.check(), unit).size() == 4);
  repairs(world);
  CHECK(restarts(world) == 1);
}

TEST_CASE("unit: edited, stopped, disabled, deleted: each is named and repaired") {
  Converged world;
  world.host.files.find(unit_file)->content += "# mine\n";
  CHECK(drifts(world.check(), unit) == Lines{"unit file: is changed, should be as shipped",
                                             "loaded: is an older file, should be the file on disk"});
  repairs(world);
  world.gateway_unit().active_state = "inactive";
  CHECK(drifts(world.check(), unit) == Lines{"active: is inactive, should be active"});
  repairs(world);
  world.gateway_unit().unit_file_state = "disabled";
  CHECK(only_drift(world, unit) == Lines{"enabled: is disabled, should be enabled"});
  repairs(world);
  world.host.files.erase(unit_file);
  CHECK(drifts(world.check(), unit).front() == "unit file: is absent, should be as shipped");
  repairs(world);
}

TEST_CASE("unit: a mask is drift and is removed; any other link in its place is refused") {
  Converged world;
  world.host.files.put_symlink(unit_file, "/dev/null").uid = 1001;
  REQUIRE(world.host.reload_manager(Scope::of(world.user())));
  CHECK(drifts(world.check(), unit).front() == "unit file: is masked, should be as shipped");
  repairs(world);
  CHECK(world.host.files.find(unit_file)->type == FileType::regular);

  world.host.files.put_symlink(unit_file, "/etc/passwd").uid = 1001;
  CHECK(failure(world, unit)
            .find("~ubuntu/.config/systemd/user/openclaw-gateway.service: a symlink is in the way") !=
        std::string::npos);
}

TEST_CASE("unit: what runs counts, not what the file says") {
  Converged world;
  const auto pid = world.gateway_unit().main_pid;
  world.host.files.put_symlink(fmt::format("/proc/{}/exe", pid), "/tmp/node");
  CHECK(only_drift(world, unit) == Lines{"program: is /tmp/node, should be " + node});
  repairs(world);
  world.gateway_unit().exec_start = {"/bin/sh", "-c", "true"};
  CHECK(only_drift(world, unit)
            .front()
            .starts_with("ExecStart: is /bin/sh -c true, should be " + node + " --max-old-space"));
}

TEST_CASE("unit: restarted when, and only when, what it runs from changed") {
  Converged world;
  world.host.advance(Milliseconds(60'000));
  world.host.files.find("/home/ubuntu/.openclaw/.env")->mode = 0644;
  world.host.files.find("/home/ubuntu/.openclaw/openclaw.json")->mode = 0644;
  repairs(world);
  CHECK(restarts(world) == 0);

  world.hand_over(all_secrets());
  world.host.files.find("/home/ubuntu/.openclaw/.env")->content =
      "OPENCLAW_GATEWAY_TOKEN=old-old-old-old-old\n";
  repairs(world);
  CHECK(restarts(world) == 1);

  auto& config = world.host.files.find("/home/ubuntu/.openclaw/openclaw.json")->content;
  config.replace(config.find("loopback"), 8, "lan");
  repairs(world);
  CHECK(restarts(world) == 2);

  world.host.files.put(node, "ELF other", {0755});
  repairs(world);
  CHECK(restarts(world) == 3);
}

TEST_CASE("unit: where user namespaces are refused, nothing that needs them is installed") {
  World world;
  world.host.unshare_allowed = false;
  CHECK(world.enforce().exit_code() == 0);
  CHECK(world.host.files.find(unit_file + ".d/userns.conf") == nullptr);
  CHECK(world.check().exit_code() == 0);

  Converged allowed;
  allowed.host.unshare_allowed = false;  // the kernel's setting was changed
  CHECK(drifts(allowed.check(), unit) ==
        Lines{"drop-in: is changed, should be absent: no user namespaces here"});
  repairs(allowed);
}

TEST_CASE("unit: a foreign unit of the same user is a note") {
  Converged world;
  world.host.files.put(units + "miner.service", "[Service]\n", {0644, 1001, 1001});
  const auto report = world.check();
  CHECK(report.exit_code() == 0);
  CHECK(find(report, unit).notes ==
        Lines{"foreign user unit ~/.config/systemd/user/miner.service: it runs as the gateway's user"});
}

TEST_CASE("unit: a user's systemd that is not up blocks, on linger") {
  Converged world;
  world.host.user_managers.clear();
  const auto report = world.check();
  CHECK(find(report, unit).outcome == Outcome::blocked);
  CHECK(find(report, unit)
            .reason.starts_with("user/linger: openclaw-gateway.service: user manager of ubuntu: "));
}

TEST_CASE("gateway: not ready in time, with what it says is missing and where to read on") {
  World world;
  world.openclaw.failing = "channels";
  CHECK(
      failure(world, "openclaw/gateway") ==
      "the gateway was not ready within 180 s, it is not ready: [\"channels\"]: see `journalctl --user-unit "
      "openclaw-gateway.service`");
  world.openclaw.failing.clear();
  repairs(world);
}

TEST_CASE("gateway: the missing parts in its answer are shortened, and are made valid UTF-8") {
  World world;
  world.openclaw.failing = std::string(10'000, 'x');
  CHECK(failure(world, "openclaw/gateway").size() < 600);
}

TEST_CASE("gateway: one that crashes is not waited for") {
  World world;
  world.openclaw.crashes = true;
  const auto report = world.enforce();
  CHECK(find(report, unit).outcome == Outcome::failed);
  CHECK(find(report, unit).reason ==
        "still drifted after it was applied: active is failed, should be active");
  CHECK(find(report, "openclaw/gateway").reason == "needs openclaw/unit, which failed");
}

TEST_CASE("gateway: one that dies at its start is waited for, because systemd restarts it") {
  World world;
  world.openclaw.dies_at_start = true;
  int pauses = 0;
  world.host.on_pause([&](FakeHost&) {
    auto& state = world.gateway_unit();
    if (state.active_state == "activating" && ++pauses == 50) state.active_state = "active";
  });
  CHECK(world.enforce().exit_code() == 0);
  CHECK(pauses == 50);
  repairs(world);
}

TEST_CASE("gateway: one that is between two starts is not ready") {
  Converged world;
  world.gateway_unit().active_state = "activating";
  CHECK(drifts(world.check(), "openclaw/gateway") == Lines{"/readyz: is not answering, should be ready"});
}

TEST_CASE("gateway: one that fails while it is waited for gives the reason and the restarts") {
  World world;
  world.openclaw.failing = "startup";
  int pauses = 0;
  world.host.on_pause([&](FakeHost&) {
    auto& state = world.gateway_unit();
    if (state.active_state != "active" || ++pauses < 5) return;
    state.active_state = "failed";
    state.result = "exit-code";
    state.restarts = 10;
  });
  CHECK(failure(world, "openclaw/gateway") ==
        "openclaw-gateway.service failed (exit-code, 10 restarts): see `journalctl --user-unit "
        "openclaw-gateway.service`");
}

TEST_CASE("gateway: listening on every address is named with address and port") {
  World world;
  world.openclaw.listens_everywhere = true;
  CHECK(
      failure(world, "openclaw/gateway") ==
      "still drifted after it was applied: listening socket is 0.0.0.0 port 18789, should be loopback only");
}

TEST_CASE("listening: addresses as the kernel prints them") {
  FakeHost host;
  const std::string heading =
      "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n";
  const std::string rest = " 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1001 0 1\n";
  host.files.put(
      "/proc/net/tcp",
      heading + "   0: 0100007F:4965" + rest + "   1: 0A00A8C0:1F90" + rest +
          "   2: 0100007F:4965 0100007F:9999 01 00000000:00000000 00:00000000 00000000  1001 0 1\n");
  host.files.put("/proc/net/tcp6", heading + "   0: 00000000000000000000000001000000:4965" + rest +
                                       "   1: 00000000000000000000000000000000:0016" + rest +
                                       "   2: 0000000000000000FFFF00000100007F:4965" + rest +
                                       "   3: 000080FE00000000FF005450B6AD1DFE:0050" + rest);
  const auto sockets = listening_sockets(host);
  REQUIRE(sockets);
  std::vector<std::string> seen;
  for (const auto& s : *sockets)
    seen.push_back(fmt::format("{} {} {} {}", s.address, s.port, s.uid, s.loopback ? "loopback" : "open"));
  CHECK(seen == Lines{"127.0.0.1 18789 1001 loopback", "192.168.0.10 8080 1001 open",
                      "[00000000000000000000000001000000] 18789 1001 loopback", "[::] 22 1001 open",
                      "[0000000000000000FFFF00000100007F] 18789 1001 loopback",
                      "[000080FE00000000FF005450B6AD1DFE] 80 1001 open"});
}

TEST_CASE("cli: paired once, and again when the pairing is gone") {
  Converged world;
  world.openclaw.paired = false;
  CHECK(only_drift(world, "openclaw/cli") == Lines{"the host's own CLI: is not paired, should be paired"});
  repairs(world);
  CHECK(world.host.changes() == Lines{"run /usr/local/bin/openclaw", "sync /"});
}

}  // namespace agent
