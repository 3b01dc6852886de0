// The gateway itself: ready, and listening on loopback only.
#pragma once

#include "core/resource.hpp"
#include "profile/profile.hpp"

namespace agent {

// Waits until /readyz says ready, `wanted.ready_timeout` at most, and says why it does not.
[[nodiscard]] Status wait_until_ready(const Probe& probe, const User& user, const Profile::Gateway& wanted);

class Gateway : public Resource {
 public:
  explicit Gateway(const Profile& profile);
  [[nodiscard]] Result<Observation> observe(const Probe& probe) const override;
  [[nodiscard]] Status apply(Host& host, const Observation& seen) override;

 private:
  std::string user_;
  Profile::Gateway wanted_;
};

}  // namespace agent
