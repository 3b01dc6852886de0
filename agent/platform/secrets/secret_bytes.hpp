// SPDX-License-Identifier: Apache-2.0
// The bytes of secrets (secrets/redact.hpp) in files: found, and overwritten in place. The contracts are
// those of ports/probe.hpp and ports/host.hpp.
#pragma once

#include <string>

#include "base/result.hpp"
#include "ports/types.hpp"

namespace agent::secret_bytes {

// Whoever may write to a place can make the search of it long; and the file that is overwritten may be one of
// theirs.
inline constexpr Milliseconds most_time{60'000};

[[nodiscard]] Result<SecretSearch> find(const std::string& path, unsigned depth,
                                        Milliseconds time = most_time);
[[nodiscard]] Status overwrite(const std::string& path, Milliseconds time = most_time);

}  // namespace agent::secret_bytes
