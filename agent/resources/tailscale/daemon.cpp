#include "resources/tailscale/daemon.hpp"

#include "core/paths.hpp"
#include "embedded.hpp"
#include "ports/wait.hpp"
#include "resources/common/systemd_unit.hpp"
#include "resources/tailscale/status.hpp"

namespace agent {
namespace {


Artifact tailscale_artifact(const Profile& profile) {
  return {"tailscale", profile.tailscale.version,
          {{"/usr/local/bin/tailscale", "tailscale"}, {"/usr/local/sbin/tailscaled", "tailscaled"}}};
}

}  // namespace

TailscalePackage::TailscalePackage(const Profile& profile)
    : Resource({"tailscale/package", {"resolver"}, {}}),
      artifact_(tailscale_artifact(profile)),
      download_(profile.tailscale.download),
      limits_(profile.limits) {}

Result<Observation> TailscalePackage::observe(const Probe& probe) const {
  Observation seen;
  AGENT_TRY(artifact_.observe(probe, seen));
  return seen;
}

Status TailscalePackage::apply(Host& host, const Observation& seen) {
  return artifact_.install(host, seen, [this](Host& on, const std::string& directory) {
    return fetch_and_unpack(on, download_, artifact_.version(), {{"x86_64", "amd64"}, {"aarch64", "arm64"}}, limits_, directory);
  });
}

TailscaleService::TailscaleService(const Profile& profile)
    : Resource({"tailscale/service", {"tailscale/package", "packages"}, {}}),
      program_(tailscale_artifact(profile).directory() + "/tailscaled") {}

Result<Observation> TailscaleService::observe(const Probe& probe) const {
  Observation seen;
  AGENT_TRY(observe_system_unit(probe, paths::tailscaled_unit, embedded::tailscaled_service, program_, seen));
  if (!seen.is_in_sync()) return seen;
  if (auto status = tailscale_status(probe); !status && status.error().code == Errc::unavailable)
    seen.drift("socket", "does not answer", "answers");  // it hangs: nothing else would start it again
  return seen;
}

Status TailscaleService::apply(Host& host, const Observation& seen) {
  AGENT_TRY(apply_system_unit(host, paths::tailscaled_unit, embedded::tailscaled_service, seen));
  return wait_until(host, Milliseconds(20'000), "tailscaled answers on its socket",
                    [&]() -> Result<bool> { return tailscale_status(host).has_value(); });
}

}  // namespace agent
