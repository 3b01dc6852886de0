#include "resources/openclaw/nodejs.hpp"

#include "resources/common/users.hpp"

namespace agent {
namespace {

constexpr std::string_view shim =
    "# Made by bootstrap-agent. Node is installed for the whole system; this file only lets `source ~/.nvm/nvm.sh` succeed.\n"
    "nvm() { echo \"node is installed for the whole system: $(node --version)\"; }\n";

}  // namespace

Artifact nodejs_artifact(const Profile& profile) {
  return {"node", profile.node.version,
          {{"/usr/local/bin/node", "bin/node"}, {"/usr/local/bin/npm", "bin/npm"}, {"/usr/local/bin/npx", "bin/npx"}}};
}

Nodejs::Nodejs(const Profile& profile)
    : Resource({"node", {"resolver"}, {}}),
      artifact_(nodejs_artifact(profile)),
      download_(profile.node.download),
      limits_(profile.limits) {}

Result<Observation> Nodejs::observe(const Probe& probe) const {
  Observation seen;
  AGENT_TRY(artifact_.observe(probe, seen));
  return seen;
}

Status Nodejs::apply(Host& host, const Observation& seen) {
  return artifact_.install(host, seen, [this](Host& on, const std::string& directory) {
    return fetch_and_unpack(on, download_, artifact_.version(), {{"x86_64", "x64"}, {"aarch64", "arm64"}}, limits_, directory);
  });
}

NvmShim::NvmShim(std::string user) : Resource({"node/nvm-shim", {"user"}, {}}), user_(std::move(user)) {}

Result<Observation> NvmShim::observe(const Probe& probe) const {
  auto user = gateway_user(probe, user_);
  if (!user) return Observation::blocked(user.error().message);
  auto text = probe.read_file({*user, ".nvm/nvm.sh"});
  Observation seen;
  // A real nvm of the owner's stays: it does the same service.
  if (!text && text.error().code == Errc::not_found) seen.drift("~/.nvm/nvm.sh", "absent", "present");
  if (!text && text.error().code != Errc::not_found) return pass(std::move(text));
  return seen;
}

Status NvmShim::apply(Host& host, const Observation& /*seen*/) {
  AGENT_TRY_ASSIGN(auto user, gateway_user(host, user_));
  AGENT_TRY(host.make_directory({user, ".nvm"}, {0755}));
  return host.write_file({user, ".nvm/nvm.sh"}, shim, {0644});
}

}  // namespace agent
