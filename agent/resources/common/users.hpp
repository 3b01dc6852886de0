// SPDX-License-Identifier: Apache-2.0
// The two accounts that resources in several folders use.
#pragma once

#include <string>

#include "ports/probe.hpp"

namespace agent {

// npm runs as this system account, and not as root or the gateway's user. The resource openclaw/builder makes
// it.
inline constexpr const char* build_account = "openclaw-build";

// The gateway's user. Errc::blocked when it does not exist yet.
[[nodiscard]] Result<User> gateway_user(const Probe& probe, const std::string& name);

}  // namespace agent
