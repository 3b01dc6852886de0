// SPDX-License-Identifier: Apache-2.0
// Pairs the host's own CLI with the gateway, once.
#pragma once

#include "core/resource.hpp"

namespace agent {

struct CliPairingState {
  User user;
  bool paired = false;
};

// Nothing else waits for it: only `openclaw security audit --deep` and the owner's use of the CLI need it.
class CliPairing : public ResourceOf<CliPairingState> {
 public:
  explicit CliPairing(std::string user);
  [[nodiscard]] Result<CliPairingState> look(const Probe& probe) const override;
  [[nodiscard]] Observation describe(const CliPairingState& state) const override;
  [[nodiscard]] Status apply(Host& host, const CliPairingState& state) override;

 private:
  std::string user_;
};

}  // namespace agent
