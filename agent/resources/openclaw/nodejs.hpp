// Node.js, and a shim so that commands beginning with `source ~/.nvm/nvm.sh` go on working.
#pragma once

#include "core/resource.hpp"
#include "profile/profile.hpp"
#include "resources/common/artifact.hpp"

namespace agent {

[[nodiscard]] Artifact nodejs_artifact(const Profile& profile);

class Nodejs : public Resource {
 public:
  explicit Nodejs(const Profile& profile);
  [[nodiscard]] Result<Observation> observe(const Probe& probe) const override;
  [[nodiscard]] Status apply(Host& host, const Observation& seen) override;

 private:
  Artifact artifact_;
  PinnedDownload download_;
  Profile::Limits limits_;
};

class NvmShim : public Resource {
 public:
  explicit NvmShim(std::string user);
  [[nodiscard]] Result<Observation> observe(const Probe& probe) const override;
  [[nodiscard]] Status apply(Host& host, const Observation& seen) override;

 private:
  std::string user_;
};

}  // namespace agent
