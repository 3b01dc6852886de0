// SPDX-License-Identifier: Apache-2.0
// Debian packages that must be there, by apt.
#pragma once

#include "core/resource.hpp"
#include "profile/profile.hpp"

namespace agent {

struct PackagesState {
  std::vector<std::string> missing;
};

class Packages : public ResourceOf<PackagesState> {
 public:
  explicit Packages(const Profile& profile);
  [[nodiscard]] Result<PackagesState> look(const Probe& probe) const override;
  [[nodiscard]] Observation describe(const PackagesState& state) const override;
  [[nodiscard]] Status apply(Host& host, const PackagesState& state) override;

 private:
  // What it could not fetch, in words for the operator; empty when nothing was missing.
  [[nodiscard]] Result<std::string> update_lists(Host& host) const;
  [[nodiscard]] Command install() const;

  std::vector<std::string> names_;
  Milliseconds lock_timeout_;
  Milliseconds timeout_;
};

}  // namespace agent
