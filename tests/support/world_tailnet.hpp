// SPDX-License-Identifier: Apache-2.0
// A tailnet's control server, and the tailscaled of this machine, as seen on tailscale 1.102.3.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "support/fake_host.hpp"

namespace agent::world {

struct Control {
  std::string url;       // whoever asks another one is asking nobody
  std::string good_key;  // one-off: it lets one node in
  bool key_used = false;
  bool silent = false;          // connections open, no answer comes
  bool needs_approval = false;  // until an admin says yes
  bool name_taken = false;      // a stale device still holds the name
  bool https = true;            // certificates for the tailnet's names
  bool serve_enabled = true;
  bool serve_blocks = false;  // when not enabled: `tailscale serve` waits for ever
  std::vector<std::string> tags = {"tag:server"};
  std::string key_expiry;  // RFC 3339; empty: never
  std::vector<std::string> health;
};

struct Tailscaled {
  std::string backend_state = "NoState";
  std::string dns_name;  // with the trailing dot
  bool expired = false;
  bool deaf = false;  // it does not answer on its socket; another start ends that
  bool hangs =
      false;  // over its first request to the control server; that another start ends it is an assumption
  std::string trying;  // a key it goes on trying by itself
  std::string control_url;
  std::string hostname;
  bool ssh = false;
  std::optional<bool> auto_update;  // unset until it is said
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
  // A power cut that took the state file makes a stranger of the node, and a one-off key is spent.
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
