// UFW: deny in, allow out, everything on tailscale0. It needs tailscale/login, so it closes only when the tailnet is up. A change
// that would keep the operator out is put back.
#pragma once

#include <set>

#include "core/resource.hpp"
#include "profile/profile.hpp"
#include "resources/access/operator_access.hpp"

namespace agent {

class Ufw : public Resource {
 public:
  Ufw(const Profile& profile, std::optional<NewConnection> session);
  [[nodiscard]] Result<Observation> observe(const Probe& probe) const override;
  [[nodiscard]] Status apply(Host& host, const Observation& seen) override;

 private:
  [[nodiscard]] Status change(Host& host, const Observation& seen) const;

  // The rules that must be there, and the only ones, as `ufw show added` prints them without the leading "ufw ".
  std::set<std::string> wanted_;
  OperatorAccess operator_access_;
};

}  // namespace agent
