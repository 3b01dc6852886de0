// SPDX-License-Identifier: Apache-2.0
// The SSH session that this process was started from.
#pragma once

#include <string>

namespace agent {

// The value of SSH_CONNECTION that sshd or tailscaled gave to this process or to one of its ancestors
// (sudo(8) removes the variable). Empty when there is no such session.
[[nodiscard]] std::string ssh_connection();

}  // namespace agent
