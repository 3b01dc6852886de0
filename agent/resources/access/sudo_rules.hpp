// SPDX-License-Identifier: Apache-2.0
// What sudo itself says of a user: whatever file, group or number a rule names him by.
#pragma once

#include <string>
#include <vector>

#include "ports/probe.hpp"

namespace agent {

// The rules of sudo(8) for this user, as `sudo -l` prints them: "(root) NOPASSWD: /usr/bin/id". Empty when
// there is none, or no sudo. Errc::failed when sudo cannot say, for example because a file of its own is
// damaged.
[[nodiscard]] Result<std::vector<std::string>> sudo_rules(const Probe& probe, const std::string& user);

}  // namespace agent
