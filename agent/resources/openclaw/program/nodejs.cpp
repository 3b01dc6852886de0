// SPDX-License-Identifier: Apache-2.0
#include "resources/openclaw/program/nodejs.hpp"

#include "resources/common/users.hpp"

namespace agent {
namespace {

constexpr std::string_view shim =
    "# Made by bootstrap-agent. Node is installed for the whole system; this file only lets `source "
    "~/.nvm/nvm.sh` succeed.\n"
    "nvm() { echo \"node is installed for the whole system: $(node --version)\"; }\n";

}  // namespace

Artifact nodejs_artifact(const Profile& profile) {
  return {"node",
          profile.node.version,
          {{"/usr/local/bin/node", "bin/node"},
           {"/usr/local/bin/npm", "bin/npm"},
           {"/usr/local/bin/npx", "bin/npx"}}};
}

std::unique_ptr<Resource> nodejs(const Profile& profile) {
  return std::make_unique<DownloadedProgram>(
      "node", nodejs_artifact(profile), profile.node.download,
      DownloadedProgram::ArchNames{{"x86_64", "x64"}, {"aarch64", "arm64"}}, profile.limits);
}

NvmShim::NvmShim(std::string user) : ResourceOf({"node/nvm-shim", {"user"}, {}}), user_(std::move(user)) {}

Result<NvmShimState> NvmShim::look(const Probe& probe) const {
  NvmShimState state;
  AGENT_TRY_ASSIGN(state.user, gateway_user(probe, user_));
  const auto text = probe.read_file({state.user, ".nvm/nvm.sh"});
  state.present = text.has_value();
  if (!text && text.error().code != Errc::not_found) return tl::unexpected<Error>(text.error());
  return state;
}

Observation NvmShim::describe(const NvmShimState& state) const {
  Observation seen;
  seen.expect("~/.nvm/nvm.sh", state.present ? "present" : "absent", "present");
  return seen;
}

Status NvmShim::apply(Host& host, const NvmShimState& state) {
  if (state.present) return {};
  AGENT_TRY(host.make_directory({state.user, ".nvm"}, {0755}));
  return host.write_file({state.user, ".nvm/nvm.sh"}, shim, {0644});
}

}  // namespace agent
