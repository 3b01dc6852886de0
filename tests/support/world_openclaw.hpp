// SPDX-License-Identifier: Apache-2.0
// npm, OpenClaw's command line and its gateway: only what the agent uses.
#pragma once

#include <functional>
#include <string>

#include "profile/profile.hpp"
#include "support/fake_host.hpp"

namespace agent::world {

class OpenClaw {
 public:
  static constexpr const char* unit = "openclaw-gateway.service";

  bool npm_fails = false;           // `npm ci` exits 1
  bool npm_is_killed = false;       // like the kernel does when memory runs out
  bool incomplete = false;          // the postinstall script leaves its marker
  std::string config_issue;         // the objection of `config validate`; empty: none
  std::string failing;              // what /readyz says is missing; empty: the gateway gets ready
  bool crashes = false;             // the gateway ends soon after its start
  std::string bad_token;            // a gateway that has it in .env never gets ready
  std::string bad_version;          // the version with the three faults above; empty: any
  bool dies_at_start = false;       // so systemd is about to restart it
  bool listens_everywhere = false;  // on 0.0.0.0, whatever its configuration says
  bool paired = false;              // the host's own CLI
  int forgot_devices = 0;           // how often all pairings were removed
  std::function<void()> when_started;
  std::function<void(const std::string&)> when_run_as_root;  // called when npm, node or openclaw runs as root

  void attach(FakeHost& host, const Profile& profile);

 private:
  Result<Completed> npm(FakeHost& host, const Command& command) const;
  Result<Completed> postinstall(FakeHost& host, const Command& command) const;
  Result<Completed> command_line(FakeHost& host, const Command& command);
  Result<HttpResponse> readyz(const FakeHost& host) const;
  Status start(FakeHost& host, UnitState& state);
  [[nodiscard]] bool is_up(const FakeHost& host) const;
  // Whether this file of the tree belongs to the bad version.
  [[nodiscard]] bool is_bad(const std::string& file) const;

  std::string user_;
  std::string version_;
  std::uint16_t port_ = 0;
  TimePoint ready_at_{};
  bool has_bad_token_ = false;
};

}  // namespace agent::world
