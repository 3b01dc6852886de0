// UFW: deny in, allow out, everything on tailscale0. It needs tailscale/login, so it closes only when the tailnet is up.
#pragma once

#include <set>

#include "core/resource.hpp"
#include "profile/profile.hpp"

namespace agent {

class Ufw : public Resource {
 public:
  explicit Ufw(const Profile& profile);
  [[nodiscard]] Result<Observation> observe(const Probe& probe) const override;
  [[nodiscard]] Status apply(Host& host, const Observation& seen) override;

 private:
  // The rules that must be there, and the only ones, as `ufw show added` prints them without the leading "ufw ".
  std::set<std::string> wanted_;
};

}  // namespace agent
