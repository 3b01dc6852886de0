// SPDX-License-Identifier: Apache-2.0
// The kernel's own list of listening TCP sockets.
#pragma once

#include <string>
#include <vector>

#include "ports/probe.hpp"

namespace agent {

struct ListeningSocket {
  std::string address;  // for people: 127.0.0.1, 0.0.0.0, or the kernel's hex for IPv6
  std::uint16_t port = 0;
  uid_t uid = 0;
  bool loopback = false;
};

// From /proc/net/tcp and tcp6 (proc_net(5)).
[[nodiscard]] Result<std::vector<ListeningSocket>> listening_sockets(const Probe& probe);

}  // namespace agent
