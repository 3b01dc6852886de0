// SPDX-License-Identifier: Apache-2.0
// A tailnet's control server, and the tailscaled of this machine, as seen on tailscale 1.102.3.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "support/fake_host.hpp"

namespace agent::world {

struct Control {
  std::string url;       // there is no server at any other URL
  std::string good_key;  // one-off: one node can join with it
  bool key_used = false;
  bool silent = false;          // connections are accepted, but there is no answer
  bool needs_approval = false;  // until an admin says yes
  bool name_taken = false;      // a stale device still holds the name
  bool https = true;            // certificates for the tailnet's names
  bool certificates_are_late = false;
  std::string acme_refuses;  // what Let's Encrypt says in place of a certificate
  bool serve_enabled = true;
  bool serve_blocks = false;  // when Serve is not enabled: `tailscale serve` blocks
  std::vector<std::string> tags = {"tag:server"};
  std::string key_expiry;  // RFC 3339; empty: never
  std::vector<std::string> health;
};

struct Tailscaled {
  std::string backend_state = "NoState";
  std::string dns_name;  // with the trailing dot
  bool expired = false;
  bool deaf = false;   // it does not answer on its socket; a restart ends that
  bool hangs = false;  // in its first request to the control server; that a restart ends it is an assumption
  std::string trying;  // a key that it keeps trying by itself
  std::string control_url;
  std::string hostname;
  bool ssh = false;
  std::optional<bool> auto_update;  // unset until the agent sets it
  TimePoint settled_at{};           // it passes through Starting until then
  std::string serve = "{}";         // what `tailscale serve status --json` prints
  static constexpr const char* unit = "tailscaled.service";
};

class Tailnet {
 public:
  static constexpr const char* domain = ".tail1234.ts.net";
  static constexpr const char* address_v4 = "100.64.0.9";
  static constexpr const char* address_v6 = "fd7a:115c:a1e0::9";
  static constexpr const char* program = "/usr/local/bin/tailscale";
  static constexpr const char* state_file = "/var/lib/tailscale/tailscaled.state";  // with the node's key

  Control control;
  Tailscaled daemon;

  void attach(FakeHost& host);
  // When a power cut destroys the state file, the node is unknown again, and a one-off key is used up.
  void forget_what_is_lost(const FakeHost& host);
  [[nodiscard]] bool joined() const { return daemon.backend_state == "Running"; }

 private:
  [[nodiscard]] std::string status(const FakeHost& host) const;  // JSON, as all below
  [[nodiscard]] std::string prefs() const;
  Status start(FakeHost& host, UnitState& state);
  Result<Completed> run(FakeHost& host, const Command& command);
  Completed up(FakeHost& host, const Command& command);
  Completed register_node(FakeHost& host, const std::string& key, Milliseconds timeout);
  Completed set(const Command& command);
  Completed logout();
  Completed serve(const Command& command);
};

}  // namespace agent::world
