// SPDX-License-Identifier: Apache-2.0
// Names that several of OpenClaw's resources use: its files in the gateway user's home, and its unit.
#pragma once

#include "ports/types.hpp"

namespace agent::openclaw {

// In the home.
inline constexpr const char* config_file = ".openclaw/openclaw.json";
inline constexpr const char* env_file = ".openclaw/.env";

inline constexpr const char* unit_name = "openclaw-gateway.service";
// In the home. `openclaw gateway status` and `openclaw doctor` look for it there.
inline constexpr const char* unit_directory = ".config/systemd/user";
inline constexpr const char* unit_file = ".config/systemd/user/openclaw-gateway.service";
inline constexpr const char* drop_in_directory = ".config/systemd/user/openclaw-gateway.service.d";
inline constexpr const char* own_drop_in = ".config/systemd/user/openclaw-gateway.service.d/userns.conf";
// A gateway at work finishes its turns before it stops: the unit's TimeoutStopSec=330 and then its
// TimeoutStartSec=30.
inline constexpr Milliseconds restart_timeout{400'000};

}  // namespace agent::openclaw
