// SPDX-License-Identifier: Apache-2.0
// Groups whose members have root's power, or read what root alone should read.
#pragma once

#include <string>
#include <vector>

#include "ports/probe.hpp"

namespace agent {

// Those of the account, by /etc/group. A new session gets them.
[[nodiscard]] std::vector<std::string> powerful_groups(const User& user);

// Those that a running process has: it keeps the groups that it was started with, also when the account is
// no member any more (credentials(7)). From proc_pid_status(5); empty when it cannot be read.
[[nodiscard]] std::vector<std::string> powerful_groups(const Probe& probe, pid_t pid);

}  // namespace agent
