// SPDX-License-Identifier: Apache-2.0
// tailscale/package, node, openclaw/package: versions under /opt
#include "embedded.hpp"
#include "resources/common/downloaded_program.hpp"
#include "support/converged.hpp"

namespace agent {

using namespace world;

namespace {

const std::string nothing_of_it = "/opt/node/24.21.0";

std::string lock_of(const std::string& version) {
  return R"({"name":"tree","packages":{"":{"dependencies":{"openclaw":")" + version + R"("}}}})";
}

}  // namespace

TEST_CASE("artifact: a wrong hash is refused with both hashes, and nothing has the final name") {
  World world;
  const auto right = world.profile.node.download.sha256["x86_64"];
  const std::string wrong(64, 'a');
  world.profile.node.download.sha256["x86_64"] = wrong;
  CHECK(failure(world, "node") ==
        "https://nodejs.org/dist/v24.21.0/node-v24.21.0-linux-x64.tar.xz: sha256 is " + right +
            ", expected " + wrong);
  CHECK(world.host.files.find(nothing_of_it) == nullptr);
  CHECK(world.host.files.find("/usr/local/bin/node") == nullptr);
  world.profile.node.download.sha256["x86_64"] = right;
  repairs(world);
}

TEST_CASE("artifact: a mirror that is down and then up") {
  World world;
  const auto url = expand_url(world.profile.tailscale.download.url, "1.102.3", "amd64");
  bool down = true;
  world.host.on_fetch(url, [&]() -> Status {
    if (down) return fail(Errc::unavailable, "{}: Could not connect to server", url);
    return {};
  });
  CHECK(failure(world, "tailscale/package") == url + ": Could not connect to server");
  down = false;
  repairs(world);
}

TEST_CASE("artifact: an architecture without a hash is named with where to add one") {
  World world;
  world.profile.node.download.sha256.erase("x86_64");
  CHECK(failure(world, "node") ==
        "no sha256 for this machine's architecture (x86_64): add it to the profile's download.sha256");
}

TEST_CASE("artifact: a bomb's limit is the profile's") {
  World world;
  world.profile.limits.unpacked_entries = 2;
  CHECK(failure(world, "node").find("more than the 2 entries") != std::string::npos);
  CHECK(world.host.files.find(nothing_of_it) == nullptr);
}

TEST_CASE("artifact: deleted, changed inside, a link elsewhere: named, and replaced as a whole") {
  Converged world;
  world.host.files.erase(nothing_of_it);
  const auto gone = world.check();
  CHECK(drifts(gone, "node") == Lines{"version: is absent, should be 24.21.0"});
  repairs(world);

  world.host.files.put("/opt/node/24.21.0/bin/node", "ELF other", {0755});
  CHECK(drifts(world.check(), "node") == Lines{"version: is not as it was made, should be 24.21.0"});
  repairs(world);
  CHECK(world.host.files.find("/opt/node/24.21.0/bin/node")->content == "ELF node");
  CHECK(world.host.files.find("/opt/node/.24.21.0.old") == nullptr);

  world.host.files.put_symlink("/usr/local/bin/npm", "/tmp/npm");
  world.host.files.erase("/opt/node/current");
  const auto linked = drifts(world.check(), "node");
  CHECK(linked == Lines{"current: is absent or not a link, should be 24.21.0",
                        "link /usr/local/bin/npm: is /tmp/npm, should be /opt/node/current/bin/npm"});
  repairs(world);
}

TEST_CASE("artifact: a broken link to a program is the only drift, and is repaired without a download") {
  Converged world;
  world.host.files.erase("/usr/local/bin/npx");
  CHECK(only_drift(world, "node") ==
        Lines{"link /usr/local/bin/npx: is absent or not a link, should be /opt/node/current/bin/npx"});
  repairs(world);
  CHECK(world.host.changes() == Lines{"make_symlink /usr/local/bin/npx", "sync /"});
}

TEST_CASE("openclaw/package: npm's own lines are the reason, with the registry that was asked") {
  World world;
  world.openclaw.npm_fails = true;
  CHECK(failure(world, "openclaw/package") ==
        "npm ci from https://registry.npmjs.org/: exit 1: code ECONNREFUSED; network request to "
        "https://registry.test failed");
  CHECK(world.host.files.find("/opt/openclaw/2026.9.6") == nullptr);
  world.openclaw.npm_fails = false;
  repairs(world);
}

TEST_CASE("openclaw/package: npm that the kernel killed says that memory is short") {
  World world;
  world.openclaw.npm_is_killed = true;
  CHECK(failure(world, "openclaw/package")
            .starts_with("npm ci from https://registry.npmjs.org/: killed, most likely by the kernel because "
                         "memory ran out"));
  world.openclaw.npm_is_killed = false;
  repairs(world);
}

TEST_CASE("openclaw/package: npm runs as its own account, with a clean environment") {
  World world;
  (void)world.enforce();
  bool seen = false;
  for (const auto& command : world.host.commands) {
    if (!command.argv[0].ends_with("/npm")) continue;
    seen = true;
    REQUIRE(command.user);
    CHECK(command.user->name == "openclaw-build");
    CHECK(command.env.at("HOME") == "/opt/openclaw/.build-home");
    CHECK(command.env.at("npm_config_registry") == "https://registry.npmjs.org/");
    CHECK(command.env.at("npm_config_cafile") == "/etc/ssl/certs/ca-certificates.crt");
    CHECK(command.argv[2] == "--ignore-scripts");
  }
  CHECK(seen);
  CHECK(world.host.files.find("/opt/openclaw/2026.9.6/node_modules/openclaw/dist/index.js")->uid == 0);
}

TEST_CASE("openclaw/package: a tree whose lifecycle is not complete is never put in place") {
  World world;
  world.openclaw.incomplete = true;
  CHECK(failure(world, "openclaw/package") == "npm made an incomplete tree of openclaw: run again");
  CHECK(world.host.files.find("/opt/openclaw/2026.9.6") == nullptr);
}

TEST_CASE("openclaw/package: without a lock of its own the profile's version has the one that is built in") {
  World world;
  world.profile.openclaw.lock = {};
  CHECK(world.enforce().exit_code() == 0);
  const auto* lock = world.host.files.find("/opt/openclaw/2026.9.6/package-lock.json");
  REQUIRE(lock != nullptr);
  CHECK(lock->content == embedded::package_lock_json);
}

TEST_CASE("openclaw/package: a lock for another version, or none at all, says which key to change") {
  World world;
  auto& lock = world.profile.openclaw.lock;
  const auto url = expand_url(lock.url, "2026.9.6", "");
  lock.sha256 = world.host.serve(url, lock_of("2026.9.5"));
  CHECK(failure(world, "openclaw/package") ==
        "the lock is for openclaw 2026.9.5, the profile says 2026.9.6: change openclaw.version or "
        "openclaw.lock");
  for (const std::string text :
       {"<html>", "[]", "{}", R"({"packages":{}})", R"({"packages":[]})", R"({"packages":{"":3}})",
        R"({"packages":{"":{"dependencies":[]}}})", R"({"packages":{"":{"dependencies":{"openclaw":3}}}})"}) {
    CAPTURE(text);
    lock.sha256 = world.host.serve(url, text);
    CHECK(
        failure(world, "openclaw/package")
            .starts_with("openclaw.lock gave a file that is not a package-lock.json with openclaw in it ("));
  }
}

}  // namespace agent
