// sshd: no passwords. (The public SSH port is closed anyway; this is the second lock.) It cannot keep the operator out: settings
// that sshd refuses are never in place, keys stay good, and passwords go only when they are not the only way in.
#pragma once

#include <optional>

#include "core/resource.hpp"
#include "profile/profile.hpp"

namespace agent {

class Sshd : public Resource {
 public:
  Sshd(const Profile& profile, std::optional<NewConnection> session);
  [[nodiscard]] Result<Observation> observe(const Probe& probe) const override;
  [[nodiscard]] Status apply(Host& host, const Observation& seen) override;

 private:
  [[nodiscard]] Status keeps_operator_access(const Probe& probe) const;

  bool tailscale_ssh_;
  std::optional<NewConnection> session_;
};

}  // namespace agent
