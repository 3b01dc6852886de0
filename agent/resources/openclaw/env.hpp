// ~/.openclaw/.env: the one place where the gateway's secrets live. 0600 from the first byte; lines of the owner's own stay. When
// one is replaced, the way back is kept until the gateway is ready with the new one (update.hpp).
#pragma once

#include "core/resource.hpp"
#include "profile/profile.hpp"
#include "resources/common/artifact.hpp"

namespace agent {

class OpenclawEnv : public Resource {
 public:
  static constexpr const char* file = ".openclaw/.env";  // in the home

  OpenclawEnv(const Profile& profile, const Secrets& secrets);
  [[nodiscard]] Result<Observation> observe(const Probe& probe) const override;
  [[nodiscard]] Status apply(Host& host, const Observation& seen) override;

 private:
  std::string user_;
  Artifact openclaw_;
  const Secrets& secrets_;
  bool generated_ = false;  // the new token that was asked for is made
};

// Makes the values in that file known to redact(), as far as it can be read: what looks for copies must know what of.
void register_env_secrets(const Probe& probe, const std::string& user);

}  // namespace agent
