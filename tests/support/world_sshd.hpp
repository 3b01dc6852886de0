// SPDX-License-Identifier: Apache-2.0
// OpenSSH's server as cloud-init configures it on some images: with passwords.
#pragma once

#include "support/fake_host.hpp"

namespace agent::world {

struct SshServer {
  std::string refuses;  // the error of `sshd -t`; empty: it accepts the configuration
  bool has_run = true;  // false: socket activation, no run directory yet
  bool knows_g = true;  // OpenSSH 9.3 and later
  static constexpr const char* unit = "ssh.service";

  void attach(FakeHost& host);
};

}  // namespace agent::world
