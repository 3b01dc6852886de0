// SPDX-License-Identifier: Apache-2.0
// Debian packages that must be installed, with apt.
#pragma once

#include "core/resource.hpp"
#include "profile/profile.hpp"

namespace agent {

struct PackagesState {
  std::vector<std::string> missing;
  std::string reboot_for;  // packages that want a reboot, by name; empty: none
};

class Packages : public ResourceOf<PackagesState> {
 public:
  // Those of the profile.
  explicit Packages(const Profile& profile);
  // iptables alone, seen by its program: the one that tailscaled needs. Where it is there, nobody waits for
  // apt to get in over the tailnet.
  static std::unique_ptr<Packages> iptables(const Profile& profile);

  [[nodiscard]] Result<PackagesState> look(const Probe& probe) const override;
  [[nodiscard]] Observation describe(const PackagesState& state) const override;
  [[nodiscard]] Status apply(Host& host, const PackagesState& state) override;

 private:
  Packages(std::string name, std::vector<std::string> names, std::string program, const Profile& profile);

  std::vector<std::string> names_;
  std::string program_;  // where it is there, nothing is missing; empty: dpkg is asked
  Milliseconds lock_timeout_;
  Milliseconds fetch_timeout_;
  Milliseconds timeout_;  // of one call of apt
};

}  // namespace agent
