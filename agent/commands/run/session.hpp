// SPDX-License-Identifier: Apache-2.0
// The SSH session that this process was started from.
#pragma once

#include <string>

namespace agent {

// What sshd, or tailscaled, said in SSH_CONNECTION to this process or, since sudo(8) drops it, to one it
// descends from; empty when there is no such session.
[[nodiscard]] std::string ssh_connection();

}  // namespace agent
