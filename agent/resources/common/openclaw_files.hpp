// SPDX-License-Identifier: Apache-2.0
// Names that several OpenClaw resources use: files in the gateway user's home, and the unit.
#pragma once

#include "ports/types.hpp"

namespace agent::openclaw {

// In the home.
inline constexpr const char* config_file = ".openclaw/openclaw.json";
inline constexpr const char* env_file = ".openclaw/.env";
inline constexpr const char* database = ".openclaw/state/openclaw.sqlite";

// The command line, for every user but root.
inline constexpr const char* command = "/usr/local/bin/openclaw";

inline constexpr const char* unit_name = "openclaw-gateway.service";
// In the home. `openclaw gateway status` and `openclaw doctor` look for it there.
inline constexpr const char* unit_directory = ".config/systemd/user";
inline constexpr const char* unit_file = ".config/systemd/user/openclaw-gateway.service";
inline constexpr const char* drop_in_directory = ".config/systemd/user/openclaw-gateway.service.d";
inline constexpr const char* own_drop_in = ".config/systemd/user/openclaw-gateway.service.d/userns.conf";
// A busy gateway finishes its turns before it stops: TimeoutStopSec=330 of the unit, then TimeoutStartSec=30.
inline constexpr Milliseconds restart_timeout{400'000};

}  // namespace agent::openclaw
