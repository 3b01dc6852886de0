// ~/.openclaw/.env: the one place where the gateway's secrets live. 0600 from the first byte; lines of the owner's own stay.
#pragma once

#include "core/resource.hpp"
#include "profile/profile.hpp"

namespace agent {

class OpenclawEnv : public Resource {
 public:
  OpenclawEnv(std::string user, const Secrets& secrets);
  [[nodiscard]] Result<Observation> observe(const Probe& probe) const override;
  [[nodiscard]] Status apply(Host& host, const Observation& seen) override;

 private:
  std::string user_;
  const Secrets& secrets_;
};

// Makes the values in that file known to redact(), as far as it can be read: what looks for copies must know what of.
void know_env_secrets(const Probe& probe, const std::string& user);

}  // namespace agent
