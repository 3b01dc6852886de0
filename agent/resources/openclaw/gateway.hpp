// SPDX-License-Identifier: Apache-2.0
// The gateway itself: ready, and listening on loopback only.
#pragma once

#include "core/resource.hpp"
#include "profile/profile.hpp"
#include "resources/common/listening_sockets.hpp"

namespace agent {

// What /readyz says.
struct Readiness {
  bool ready = false;
  std::string words;  // for people: "ready", or what is missing
};

struct GatewayState {
  User user;
  Readiness readiness;
  std::optional<PortHolder> intruder;  // listens on the gateway's port; what it answers does not count
  std::vector<ListeningSocket>
      open_sockets;  // of the user's processes, or on the gateway's port, that are not on loopback
};

// The Error for a port that somebody else holds.
[[nodiscard]] tl::unexpected<Error> port_is_held(std::uint16_t port, const PortHolder& holder);

// Waits until /readyz says ready, and the gateway itself says it, at most `wanted.ready_timeout`. The Error
// says why it is not ready.
[[nodiscard]] Status wait_until_ready(const Probe& probe, const User& user, const Profile::Gateway& wanted);

class Gateway : public ResourceOf<GatewayState> {
 public:
  explicit Gateway(const Profile& profile);
  [[nodiscard]] Result<GatewayState> look(const Probe& probe) const override;
  [[nodiscard]] Observation describe(const GatewayState& state) const override;
  // Only waits: openclaw/unit has already started the gateway.
  [[nodiscard]] Status apply(Host& host, const GatewayState& state) override;

 private:
  std::string user_;
  Profile::Gateway wanted_;
};

}  // namespace agent
