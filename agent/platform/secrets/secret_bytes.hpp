// SPDX-License-Identifier: Apache-2.0
// Finds the bytes of secrets (secrets/redact.hpp) in files, and overwrites them in place. The contracts are
// in ports/probe.hpp and ports/host.hpp.
#pragma once

#include <string>

#include "base/result.hpp"
#include "ports/types.hpp"

namespace agent::secret_bytes {

// The time is limited, because a user who can write to a directory can make its search long, and the file to
// overwrite may belong to such a user.
inline constexpr Milliseconds most_time{60'000};

[[nodiscard]] Result<SecretSearch> find(const std::string& path, unsigned depth,
                                        Milliseconds time = most_time);
[[nodiscard]] Status overwrite(const std::string& path, Milliseconds time = most_time);

}  // namespace agent::secret_bytes
