// SPDX-License-Identifier: Apache-2.0
// User-data for a server that has nothing: a shell script that brings the agent, checks it, and starts its
// first boot.
#pragma once

#include <string>

#include "cli/agent_source.hpp"

namespace agent {

constexpr std::size_t largest_user_data = 32768;  // Hetzner's limit, in bytes

struct UserData {
  AgentSource agent;
  std::string profile;  // the owner's overrides, which the server gets as they are; empty: none
  std::string secrets;  // as dump_secrets() writes them; empty: none
};

// The script, for POSIX shells: cloud-init takes it as it is, or as a text/x-shellscript part of multi-part
// user-data. Errc::invalid when it would be too large, or cloud-init or a shell would take it for something
// else. The caller wipes the result when it holds secrets.
[[nodiscard]] Result<std::string> render_user_data(const UserData& from);

}  // namespace agent
