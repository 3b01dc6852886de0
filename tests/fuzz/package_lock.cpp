// SPDX-License-Identifier: Apache-2.0
// The package-lock.json that a profile points at. (Its hash is pinned, by an owner who may have pinned
// anything.)
#include <nlohmann/json.hpp>

#include "core/paths.hpp"
#include "machine.hpp"
#include "resources/common/downloaded_program.hpp"
#include "resources/common/users.hpp"
#include "resources/openclaw/program/package.hpp"

namespace agent::fuzz {
namespace {

// npm ci wants the two to agree.
void check_package(const std::string& package, std::string_view lock) {
  const auto root = nlohmann::json::parse(lock).at("packages").at("");
  require(nlohmann::json::parse(package).at("dependencies") == root.at("dependencies"),
          "package.json repeats the lock");
}

}  // namespace

void run(std::string_view input) {
  Machine machine;
  machine.users[build_account] = {build_account, 998, 998, "/nonexistent", "/usr/sbin/nologin", {}, true};
  machine.files.put_directory(paths::stamps);
  auto profile = default_profile();
  profile.openclaw.lock.url = "https://locks.test/lock.json";
  profile.openclaw.lock.sha256 =
      machine.serve(expand_url(profile.openclaw.lock.url, profile.openclaw.version, ""), std::string(input));
  machine.on_run("/opt/node/" + profile.node.version + "/bin/npm",
                 [&](FakeHost& host, const Command& command) -> Result<Completed> {
                   check_package(host.files.find(command.directory + "/package.json")->content, input);
                   return Completed{1, false, "", std::string(input)};
                 });
  OpenclawPackage package(profile);
  const auto seen = look(package, machine);
  require(seen && has_drift(*seen, "version"), "it is not there yet");
  const auto applied = package.converge(machine, *seen);
  require(!applied.has_value(), "npm fails here");
  require_error(applied.error(), {Errc::invalid, Errc::failed});
}

}  // namespace agent::fuzz
