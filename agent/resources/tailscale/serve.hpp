// SPDX-License-Identifier: Apache-2.0
// `tailscale serve`: https://NODE.TAILNET.ts.net/ leads to the gateway on loopback, and nothing else is
// served.
#pragma once

#include "core/resource.hpp"
#include "profile/profile.hpp"

namespace agent {

struct ServeState {
  std::string dns_name;
  bool is_ours = false;             // the gateway is served, and nothing else
  bool has_certificate = false;     // the tailnet provides a certificate for this name
  std::string served;               // what is served, as JSON; empty: nothing
  std::string certificate_problem;  // why browsers cannot connect yet; for people
};

class Serve : public ResourceOf<ServeState> {
 public:
  explicit Serve(const Profile& profile);
  [[nodiscard]] Result<ServeState> look(const Probe& probe) const override;
  [[nodiscard]] Observation describe(const ServeState& state) const override;
  [[nodiscard]] Status apply(Host& host, const ServeState& state) override;

 private:
  std::uint16_t port_;
};

}  // namespace agent
