// SPDX-License-Identifier: Apache-2.0
#include "support/world_downloads.hpp"

#include "resources/common/downloaded_program.hpp"

namespace agent::world {
namespace {

Node program(std::string content) { return {FileType::regular, 0755, 0, 0, std::move(content), 1, {}}; }

}  // namespace

void serve_downloads(FakeHost& host, Profile& profile) {
  auto& tailscale = profile.tailscale;
  const auto tailscale_url = expand_url(tailscale.download.url, tailscale.version, "amd64");
  tailscale.download.sha256["x86_64"] = host.serve_archive(
      tailscale_url, {{"tailscale", program("ELF cli")}, {"tailscaled", program("ELF daemon")}});

  auto& node = profile.node;
  const auto node_url = expand_url(node.download.url, node.version, "x64");
  node.download.sha256["x86_64"] =
      host.serve_archive(node_url, {{"bin", {FileType::directory, 0755, 0, 0, "", 1, {}}},
                                    {"bin/node", program("ELF node")},
                                    {"bin/npm", program("#!/usr/bin/env node")},
                                    {"bin/npx", program("#!/usr/bin/env node")}});

  auto& openclaw = profile.openclaw;
  openclaw.lock.url = "https://locks.test/openclaw-{version}.json";
  openclaw.lock.sha256 = host.serve(
      expand_url(openclaw.lock.url, openclaw.version, ""),
      fmt::format(
          R"({{"name":"tree","version":"1.0.0","packages":{{"":{{"dependencies":{{"openclaw":"{}"}}}}}}}})",
          openclaw.version));
}

}  // namespace agent::world
