// SPDX-License-Identifier: Apache-2.0
// The OpenClaw version of the profile, with its locked dependencies. An unprivileged account builds it; then
// it is given to root.
#pragma once

#include "core/resource.hpp"
#include "profile/profile.hpp"
#include "resources/common/artifact.hpp"

namespace agent {

[[nodiscard]] Artifact openclaw_artifact(const Profile& profile);

class OpenclawPackage : public ResourceOf<Artifact::State> {
 public:
  explicit OpenclawPackage(const Profile& profile);
  [[nodiscard]] Result<Artifact::State> look(const Probe& probe) const override;
  [[nodiscard]] Observation describe(const Artifact::State& state) const override;
  [[nodiscard]] Status apply(Host& host, const Artifact::State& state) override;

 private:
  // The text of the package-lock.json to install.
  [[nodiscard]] Result<std::string> lock(Host& host) const;
  [[nodiscard]] Status make_tree(Host& host, const std::string& directory) const;
  [[nodiscard]] Status run(Host& host, std::vector<std::string> argv, const std::string& directory,
                           const User& builder) const;

  std::string user_;
  Artifact artifact_;
  Profile::OpenClaw wanted_;
  Profile::Limits limits_;
  std::string node_bin_;
};

}  // namespace agent
