// sshd: no passwords. (The public SSH port is closed anyway; this is the second lock.)
#pragma once

#include "core/resource.hpp"

namespace agent {

class Sshd : public Resource {
 public:
  Sshd();
  [[nodiscard]] Result<Observation> observe(const Probe& probe) const override;
  [[nodiscard]] Status apply(Host& host, const Observation& seen) override;
};

}  // namespace agent
