// `tailscale serve`: https://NODE.TAILNET.ts.net/ is the gateway on loopback, and nothing else is served.
#pragma once

#include "core/resource.hpp"
#include "profile/profile.hpp"

namespace agent {

class Serve : public Resource {
 public:
  explicit Serve(const Profile& profile);
  [[nodiscard]] Result<Observation> observe(const Probe& probe) const override;
  [[nodiscard]] Status apply(Host& host, const Observation& seen) override;

 private:
  std::uint16_t port_;
};

}  // namespace agent
