// SPDX-License-Identifier: Apache-2.0
// Node.js, and a shim so that commands that begin with `source ~/.nvm/nvm.sh` still work.
#pragma once

#include "core/resource.hpp"
#include "profile/profile.hpp"
#include "resources/common/downloaded_program.hpp"

namespace agent {

[[nodiscard]] Artifact nodejs_artifact(const Profile& profile);

[[nodiscard]] std::unique_ptr<Resource> nodejs(const Profile& profile);

struct NvmShimState {
  User user;
  bool present = false;  // ours, or the owner's real nvm, which is as good
};

class NvmShim : public ResourceOf<NvmShimState> {
 public:
  explicit NvmShim(std::string user);
  [[nodiscard]] Result<NvmShimState> look(const Probe& probe) const override;
  [[nodiscard]] Observation describe(const NvmShimState& state) const override;
  [[nodiscard]] Status apply(Host& host, const NvmShimState& state) override;

 private:
  std::string user_;
};

}  // namespace agent
