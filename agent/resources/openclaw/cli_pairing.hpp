// The host's own CLI, paired with the gateway once.
#pragma once

#include "core/resource.hpp"

namespace agent {

// Off the critical path: only `openclaw security audit --deep` and the owner's own use of the CLI need it.
class CliPairing : public Resource {
 public:
  explicit CliPairing(std::string user);
  [[nodiscard]] Result<Observation> observe(const Probe& probe) const override;
  [[nodiscard]] Status apply(Host& host, const Observation& seen) override;

 private:
  std::string user_;
};

}  // namespace agent
