// SPDX-License-Identifier: Apache-2.0
#include "resources/tailscale/daemon.hpp"

#include "core/paths.hpp"
#include "embedded.hpp"
#include "ports/wait.hpp"
#include "resources/common/downloaded_program.hpp"
#include "resources/tailscale/status.hpp"

namespace agent {
namespace {

constexpr Milliseconds start_timeout(60'000);

Artifact tailscale_artifact(const Profile& profile) {
  return {"tailscale",
          profile.tailscale.version,
          {{"/usr/local/bin/tailscale", "tailscale"}, {"/usr/local/sbin/tailscaled", "tailscaled"}}};
}

}  // namespace

std::unique_ptr<Resource> tailscale_package(const Profile& profile) {
  return std::make_unique<DownloadedProgram>(
      "tailscale/package", tailscale_artifact(profile), profile.tailscale.download,
      DownloadedProgram::ArchNames{{"x86_64", "amd64"}, {"aarch64", "arm64"}}, profile.limits);
}

TailscaleService::TailscaleService(const Profile& profile)
    : ResourceOf({"tailscale/service", {"tailscale/package", "packages/iptables", "tailscale/identity"}, {}}),
      unit_(paths::tailscaled_unit, embedded::tailscaled_service,
            {.enabled = true,
             .active = true,
             .program = tailscale_artifact(profile).directory() + "/tailscaled"}) {}

Result<TailscaleServiceState> TailscaleService::look(const Probe& probe) const {
  TailscaleServiceState state;
  AGENT_TRY_ASSIGN(state.unit, unit_.look(probe));
  if (!unit_.in_sync(state.unit)) return state;
  const auto status = tailscale_status(probe);
  state.hangs = !status && status.error().code == Errc::unavailable;
  return state;
}

Observation TailscaleService::describe(const TailscaleServiceState& state) const {
  Observation seen;
  unit_.describe(state.unit, seen);
  if (state.hangs) seen.drift("socket", "does not answer", "answers");  // nothing else restarts it
  return seen;
}

Status TailscaleService::apply(Host& host, const TailscaleServiceState& state) {
  if (unit_.in_sync(state.unit) && !state.hangs) return {};
  AGENT_TRY(unit_.apply(host, state.unit));
  if (state.hangs) AGENT_TRY(host.restart_unit(Scope::system(), unit_.name(), start_timeout));
  return wait_until(host, Milliseconds(20'000), "tailscaled answers on its socket",
                    [&]() -> Result<bool> { return tailscale_status(host).has_value(); });
}

}  // namespace agent
