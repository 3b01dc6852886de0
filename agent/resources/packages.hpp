// Debian packages that must be there, by apt.
#pragma once

#include "core/resource.hpp"
#include "profile/profile.hpp"

namespace agent {

class Packages : public Resource {
 public:
  explicit Packages(const Profile& profile);
  [[nodiscard]] Result<Observation> observe(const Probe& probe) const override;
  [[nodiscard]] Status apply(Host& host, const Observation& seen) override;

 private:
  [[nodiscard]] Status update_lists(Host& host) const;
  [[nodiscard]] Result<Completed> install(Host& host) const;

  std::vector<std::string> names_;
  Milliseconds lock_timeout_;
  Milliseconds timeout_;
};

}  // namespace agent
