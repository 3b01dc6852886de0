// SPDX-License-Identifier: Apache-2.0
// User-data for a bare server: a shell script that downloads the agent, checks it, and starts its first boot.
#pragma once

#include <string>

#include "cli/agent_source.hpp"

namespace agent {

constexpr std::size_t largest_user_data = 32768;  // Hetzner's limit, in bytes

struct UserData {
  AgentSource agent;
  std::string profile;  // the owner's overrides, passed on unchanged; empty: none
  std::string secrets;  // as dump_secrets() writes them; empty: none
};

// The script, for POSIX shells. cloud-init accepts it as it is, or as a text/x-shellscript part of multi-part
// user-data. Errc::invalid when it would be too large, or when cloud-init or a shell would misread it. The
// caller wipes the result when it contains secrets.
[[nodiscard]] Result<std::string> render_user_data(const UserData& from);

}  // namespace agent
