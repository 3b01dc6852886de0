// SPDX-License-Identifier: Apache-2.0
// openclaw/update: a newer version, the return to the snapshot when it does not get ready, and what is kept
#include <nlohmann/json.hpp>

#include "commands/run/retry.hpp"
#include "core/paths.hpp"
#include "support/converged.hpp"
#include "support/world_downloads.hpp"

namespace agent {

using namespace world;
using When = FakeHost::When;

namespace {

const std::string update = "openclaw/update";
const std::string old_version = "2026.9.6";
const std::string new_version = "2026.10.1";
const std::string config_file = "/home/ubuntu/.openclaw/openclaw.json";

void set_version(World& world, const std::string& version) {
  world.profile.openclaw.version = version;
  serve_downloads(world.host, world.profile);
}

// The version of the gateway's process, and the version of the command line.
std::string running(World& world) {
  const auto program = world.gateway_unit().exec_start.at(2).substr(std::string("/opt/openclaw/").size());
  return program.substr(0, program.find('/'));
}
std::string current(const World& world) { return world.host.files.find("/opt/openclaw/current")->content; }
bool installed(const World& world, const std::string& version) {
  return world.host.files.find("/opt/openclaw/" + version) != nullptr;
}

void is_back(World& world) {
  CHECK(running(world) == old_version);
  CHECK(current(world) == old_version);
  CHECK(world.gateway_unit().active_state == "active");
  CHECK(world.host.files.find(paths::update) == nullptr);
  CHECK(world.host.breaches() == Lines{});
}

}  // namespace

TEST_CASE("update: a newer version is made beside the old one and started once") {
  Converged world;
  set_version(world, new_version);
  repairs(world);
  CHECK(current(world) == new_version);
  CHECK(running(world) == new_version);
  CHECK(installed(world, old_version));
  CHECK(world.host.files.find(paths::update) == nullptr);
  const auto changes = world.host.changes();
  CHECK(std::count(changes.begin(), changes.end(), "restart_unit ubuntu:openclaw-gateway.service") == 1);
}

TEST_CASE("update: the newest two versions are kept") {
  Converged world;
  set_version(world, new_version);
  repairs(world);
  set_version(world, "2026.11.2");
  repairs(world);
  CHECK_FALSE(installed(world, old_version));
  CHECK(world.host.files.find(paths::stamps + "/openclaw-" + old_version) == nullptr);
  CHECK(installed(world, new_version));
  CHECK(installed(world, "2026.11.2"));
}

TEST_CASE("update: a version that does not get ready makes way for the old one") {
  Converged world;
  auto& bad = world.openclaw;
  bad.bad_version = new_version;
  SUBCASE("because it crashes") { bad.crashes = true; }
  SUBCASE("because it never is") { bad.failing = "channels"; }
  SUBCASE("because it refuses the configuration") {
    bad.config_issue = "unknown key";
    world.host.files.find(config_file)
        ->content.replace(world.host.files.find(config_file)->content.find("loopback"), 8, "lan");
  }
  const auto before = world.host.files.find(config_file)->content;
  set_version(world, new_version);
  const auto report = world.enforce();
  CHECK(find(report, update).reason ==
        "openclaw 2026.10.1 did not become ready, so 2026.9.6 was put back with its unit and "
        "configuration, and is ready: pin that version, or another");
  CHECK(report.exit_code() == 1);
  CHECK_FALSE(may_pass(report));  // the same version would only stop the gateway again
  is_back(world);
  auto settings = nlohmann::json::parse(world.host.files.find(config_file)->content);
  CHECK(settings["gateway"]["bind"] == nlohmann::json::parse(before)["gateway"]["bind"]);
  CHECK(drifts(world.check(), "openclaw/package") == Lines{"current: is 2026.9.6, should be 2026.10.1"});
  CHECK(find(world.check(), update).outcome == Outcome::in_sync);
}

TEST_CASE("update: the new version's changes of the configuration are undone") {
  Converged world;
  world.openclaw.bad_version = new_version;
  world.openclaw.failing = "channels";
  const auto before = world.host.files.find(config_file)->content;
  world.host.on_pause([&](FakeHost& host) {
    if (running(world) == new_version) host.files.find(config_file)->content = R"({"migrated": true})";
  });
  set_version(world, new_version);
  (void)failure(world, update);
  is_back(world);
  CHECK(world.host.files.find(config_file)->content == before);
}

TEST_CASE("update: a configuration that is not UTF-8 is never put back as something else") {
  Converged world;
  auto& config = world.host.files.find(config_file)->content;
  config.insert(config.rfind('}'), "// \xff\n");
  const auto before = config;
  world.openclaw.bad_version = new_version;
  world.openclaw.failing = "channels";
  set_version(world, new_version);
  CHECK(world.enforce().exit_code() == 1);
  CHECK(world.host.files.find(config_file)->content == before);
  CHECK(world.host.breaches() == Lines{});
}

TEST_CASE("update: when the old version does not get ready either, both are said") {
  Converged world;
  world.openclaw.failing = "channels";
  set_version(world, new_version);
  CHECK(failure(world, update)
            .find("was put back with its unit and configuration; it is not ready either: the gateway was not "
                  "ready within 180 s") != std::string::npos);
  world.openclaw.failing.clear();
  is_back(world);
}

TEST_CASE(
    "update: cut off, and then told another version: the snapshot is of the last version that was ready") {
  for (std::size_t n = 1;; ++n) {
    Converged world;
    set_version(world, new_version);
    REQUIRE_MESSAGE(dies(world, n), "it never died with both versions there and the new one current");
    if (current(world) != new_version) continue;
    world.openclaw.bad_version = "2026.11.2";
    world.openclaw.failing = "channels";
    set_version(world, "2026.11.2");
    CHECK(failure(world, update).find("so 2026.9.6 was put back") != std::string::npos);
    is_back(world);
    return;
  }
}

TEST_CASE(
    "update: one that fails before the switch changes nothing, and nothing is said to have been put back") {
  Converged world;
  world.openclaw.npm_fails = true;
  set_version(world, new_version);
  const auto report = world.enforce();
  CHECK(report.exit_code() == 1);
  CHECK(find(report, "openclaw/package").outcome == Outcome::failed);
  CHECK_MESSAGE(find(report, update).outcome != Outcome::failed, find(report, update).reason);
  is_back(world);
}

TEST_CASE("update: before the first boot is over no snapshot is kept") {
  World world;
  world.openclaw.failing = "channels";
  CHECK(world.enforce().exit_code() == 1);
  set_version(world, new_version);
  CHECK(world.enforce().exit_code() == 1);
  CHECK(current(world) == new_version);
  world.openclaw.failing.clear();
  repairs(world);
}

TEST_CASE("update: killed anywhere, the next run finishes it") {
  auto when = When::after;
  SUBCASE("after a change") {}
  SUBCASE("within one") { when = When::within; }
  for (std::size_t n = 1;; ++n) {
    Converged world;
    set_version(world, new_version);
    const bool died = dies(world, n, when);
    CAPTURE(n);
    repairs(world);
    CHECK(running(world) == new_version);
    CHECK(world.host.files.find(paths::update) == nullptr);
    if (!died) return;
  }
}

TEST_CASE("update: killed anywhere while it goes back, the next run finishes it") {
  auto when = When::after;
  SUBCASE("after a change") {}
  SUBCASE("within one") { when = When::within; }
  for (std::size_t n = 1;; ++n) {
    Converged world;
    world.openclaw.bad_version = new_version;
    world.openclaw.failing = "channels";
    set_version(world, new_version);
    const bool died = dies(world, n, when);
    CAPTURE(n);
    CHECK(world.enforce().exit_code() == 1);
    is_back(world);
    if (!died) return;
  }
}

}  // namespace agent
