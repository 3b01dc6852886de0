// SPDX-License-Identifier: Apache-2.0
// This server's own identity. A server that was made from a snapshot has the other one's node key and gateway
// token; cloud-init gives it a new instance id. With an auth key at hand it gets an identity of its own.
// Without one nothing is guessed: a restored server keeps what it had.
#pragma once

#include "core/resource.hpp"
#include "profile/profile.hpp"

namespace agent {

struct NodeIdentityState {
  std::string recorded;  // the instance that the node's state was made on; empty: not known
  std::string current;   // cloud-init's instance id; empty: there is no cloud-init
  bool key_at_hand = false;
  bool has_node_state = false;
  bool is_set_aside = false;
};

class NodeIdentity : public ResourceOf<NodeIdentityState> {
 public:
  explicit NodeIdentity(const Secret& auth_key)
      : ResourceOf({"tailscale/identity", {}, {}}), auth_key_(auth_key) {}
  [[nodiscard]] Result<NodeIdentityState> look(const Probe& probe) const override;
  [[nodiscard]] Observation describe(const NodeIdentityState& state) const override;
  [[nodiscard]] Status apply(Host& host, const NodeIdentityState& state) override;

 private:
  const Secret& auth_key_;
};

// The other server's node state, which is kept until the new join is on the disk. Then it is overwritten,
// with the private keys of the certificates for its name.
[[nodiscard]] Result<bool> has_set_aside_state(const Probe& probe);
[[nodiscard]] Status destroy_set_aside_state(Host& host);

}  // namespace agent
