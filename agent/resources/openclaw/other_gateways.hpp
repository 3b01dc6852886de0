// SPDX-License-Identifier: Apache-2.0
// Gateways that this agent did not make: of an earlier name, of root, or of the profile's former user.
#pragma once

#include <vector>

#include "core/resource.hpp"

namespace agent {

struct OtherGatewaysState {
  struct Gateway {
    std::string what;  // the file that makes it one
    std::string end;   // the commands that end it
  };
  std::vector<Gateway> gateways;
};

// A second gateway takes the port, or serves with rights and tokens of its own. Each is drift, with the
// commands that end it. The agent does not run them: what such a gateway holds is the owner's.
class OtherGateways : public ResourceOf<OtherGatewaysState> {
 public:
  explicit OtherGateways(std::string user);
  [[nodiscard]] Result<OtherGatewaysState> look(const Probe& probe) const override;
  [[nodiscard]] Observation describe(const OtherGatewaysState& state) const override;
  [[nodiscard]] Status apply(Host& host, const OtherGatewaysState& state) override;

 private:
  std::string user_;
};

}  // namespace agent
