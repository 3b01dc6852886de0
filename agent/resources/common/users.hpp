// SPDX-License-Identifier: Apache-2.0
// The two accounts that resources of several rooms speak of.
#pragma once

#include <string>

#include "ports/probe.hpp"

namespace agent {

// npm runs as this system account, so that neither root nor the gateway's user does (openclaw/builder makes
// it).
inline constexpr const char* build_account = "openclaw-build";

// The gateway's user. Errc::blocked when there is none yet.
[[nodiscard]] Result<User> gateway_user(const Probe& probe, const std::string& name);

}  // namespace agent
