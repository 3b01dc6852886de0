// SPDX-License-Identifier: Apache-2.0
#include "resources/tailscale/access.hpp"

#include "resources/tailscale/status.hpp"

namespace agent {

TailscaleAccess::TailscaleAccess(const Profile& profile)
    : ResourceOf({"tailscale/access", {"tailscale/login"}, {}}), ssh_(profile.tailscale.ssh) {}

Result<TailscaleAccessState> TailscaleAccess::look(const Probe& probe) const {
  auto status = tailscale_status(probe);
  if (!status || status->backend_state != "Running")
    return fail(Errc::blocked, "tailscale/login: this node is not in the tailnet");
  return TailscaleAccessState{access_denied(*status, ssh_), is_locked_out(*status), status->public_key};
}

Observation TailscaleAccess::describe(const TailscaleAccessState& state) const {
  Observation seen;
  if (!state.denied.empty()) seen.drift("log in over the tailnet", state.denied, "allowed");
  return seen;
}

Status TailscaleAccess::apply(Host& /*host*/, const TailscaleAccessState& state) {
  if (state.denied.empty()) return {};
  const auto step = state.locked_out
                        ? fmt::format("on a signing node run `tailscale lock sign {}`", state.node_key)
                        : std::string(
                              "add an SSH rule for this node to the tailnet's access controls "
                              "(https://tailscale.com/s/ssh-policy)");
  return fail(Errc::unavailable,
              "nobody can log in over the tailnet ({}): {}. Until then public SSH stays as it was, with its "
              "passwords",
              state.denied, step);
}

}  // namespace agent
