// SPDX-License-Identifier: Apache-2.0
#include "resources/tailscale/daemon.hpp"

#include "core/paths.hpp"
#include "embedded.hpp"
#include "ports/wait.hpp"
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

TailscalePackage::TailscalePackage(const Profile& profile)
    : ResourceOf({"tailscale/package", {"resolver"}, {}}),
      artifact_(tailscale_artifact(profile)),
      download_(profile.tailscale.download),
      limits_(profile.limits) {}

Result<Artifact::State> TailscalePackage::look(const Probe& probe) const { return artifact_.look(probe); }

Observation TailscalePackage::describe(const Artifact::State& state) const {
  Observation seen;
  artifact_.describe(state, seen);
  return seen;
}

Status TailscalePackage::apply(Host& host, const Artifact::State& state) {
  return artifact_.install(host, state, [this](Host& on, const std::string& directory) {
    return fetch_and_unpack(on, download_, artifact_.version(), {{"x86_64", "amd64"}, {"aarch64", "arm64"}},
                            limits_, directory);
  });
}

TailscaleService::TailscaleService(const Profile& profile)
    : ResourceOf({"tailscale/service", {"tailscale/package", "packages"}, {}}),
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
  if (state.hangs) seen.drift("socket", "does not answer", "answers");  // nothing else would start it again
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
