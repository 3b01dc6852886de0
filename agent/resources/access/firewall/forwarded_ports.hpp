// SPDX-License-Identifier: Apache-2.0
// Ports that the kernel forwards to somewhere else, before ufw sees the packet.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/resource.hpp"
#include "profile/profile.hpp"

namespace agent {

struct ForwardedPort {
  std::string port;      // "8080", "80:90", "80,443"; "any" when the rule names none
  std::string protocol;  // tcp, udp; "any"
  std::string to;        // "172.17.0.2:80"
  std::string by;        // "iptables, chain DOCKER"
};

// The DNAT and REDIRECT rules in the output of iptables-save(8) that packets from outside can match: not
// those of loopback or the tailnet. `by`: the program, for people.
[[nodiscard]] std::vector<ForwardedPort> forwarded_by_iptables(const std::string& saved,
                                                               const std::string& by);
// The same of `nft -j list ruleset` (libnftables-json(5)). Rules that iptables made are left out: nft shows
// them without their target. nullopt when this is not its JSON.
[[nodiscard]] std::optional<std::vector<ForwardedPort>> forwarded_by_nft(const std::string& json);

// Whether a rule with this input interface and destination (empty: any) can match a packet from outside.
[[nodiscard]] bool is_from_outside(const std::string& interface, const std::string& destination);

struct ForwardedPortsState {
  std::vector<ForwardedPort> ports;  // that the profile does not list
  std::vector<std::string> unseen;   // what could not be read, and why
};

// Docker publishes a port by DNAT: the packet goes on to FORWARD, and ufw's rules for incoming packets never
// see it (moby/moby#4737). Each such port that `ufw.allow` does not list is drift. Whoever made the rule has
// to take it away; the agent does not change other programs' tables.
class ForwardedPorts : public ResourceOf<ForwardedPortsState> {
 public:
  explicit ForwardedPorts(std::vector<InboundRule> allowed);
  [[nodiscard]] Result<ForwardedPortsState> look(const Probe& probe) const override;
  [[nodiscard]] Observation describe(const ForwardedPortsState& state) const override;
  [[nodiscard]] Status apply(Host& host, const ForwardedPortsState& state) override;

 private:
  [[nodiscard]] bool is_allowed(const ForwardedPort& port) const;
  std::vector<InboundRule> allowed_;
};

}  // namespace agent
