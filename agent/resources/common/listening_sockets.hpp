// SPDX-License-Identifier: Apache-2.0
// The kernel's own list of listening TCP sockets, and whose they are.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ports/probe.hpp"

namespace agent {

struct ListeningSocket {
  std::string address;  // for people: 127.0.0.1, 0.0.0.0, or the kernel's hex for IPv6
  std::uint16_t port = 0;
  uid_t uid = 0;
  bool loopback = false;
  std::string inode;
};

// From /proc/net/tcp and tcp6 (proc_net(5)).
[[nodiscard]] Result<std::vector<ListeningSocket>> listening_sockets(const Probe& probe);

// The process that listens on `port`, in words with how to end it, when it is none of `unit` of the user's
// manager; nothing when nobody listens there, or the unit does. Asked of the kernel (proc_pid_fd(5),
// cgroups(7)).
struct PortHolder {
  std::string who;  // "python3 (pid 812, uid 1001, other.service)"
  std::string end;  // "systemctl stop other.service"
};
[[nodiscard]] Result<std::optional<PortHolder>> foreign_port_holder(const Probe& probe, std::uint16_t port,
                                                                    const User& user, std::string_view unit);

}  // namespace agent
