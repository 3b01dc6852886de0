// SPDX-License-Identifier: Apache-2.0
// tailscaled's status from its LocalAPI (a unix socket; status and prefs are its stable part).
#pragma once

#include <string>
#include <vector>

#include "ports/probe.hpp"

namespace agent {

struct TailscaleStatus {
  std::string backend_state;           // NoState, NeedsLogin, NeedsMachineAuth, Stopped, Starting, Running
  std::string auth_url;                // where to approve the node
  std::string dns_name;                // without the trailing dot; empty when not joined
  std::vector<std::string> addresses;  // this node's addresses in the tailnet
  bool has_node_key = false;           // it joined a tailnet and has not left it
  bool online = false;
  bool expired = false;
  std::string key_expiry;  // RFC 3339; empty: the key does not expire
  std::vector<std::string> tags;
  std::vector<std::string> cert_domains;
  std::vector<std::string> health;
  std::string public_key;  // nodekey:…
};

struct TailscalePrefs {
  std::string control_url;
  std::string hostname;
  bool ssh = false;
  bool auto_update = true;  // counts as on unless it is known to be off
  bool wants_running = false;
  bool logged_out = false;
};

inline constexpr const char* tailscaled_socket = "/run/tailscale/tailscaled.sock";

// Errc::unavailable when tailscaled does not answer.
[[nodiscard]] Result<TailscaleStatus> tailscale_status(const Probe& probe);
[[nodiscard]] Result<TailscalePrefs> tailscale_prefs(const Probe& probe);

// Why nobody can log in over the tailnet, in tailscaled's words; empty when nothing says so. `ssh`: by
// Tailscale SSH, which needs a rule of the tailnet.
[[nodiscard]] std::string access_denied(const TailscaleStatus& status, bool ssh);
// Tailnet Lock: other nodes do not talk to this one until it is signed.
[[nodiscard]] bool is_locked_out(const TailscaleStatus& status);

}  // namespace agent
