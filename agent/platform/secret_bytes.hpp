// The bytes of secrets (base/redact.hpp) in files: found, and overwritten in place. The contracts are those of ports/probe.hpp and
// ports/host.hpp.
#pragma once

#include <string>

#include "base/result.hpp"
#include "ports/types.hpp"

namespace agent::secret_bytes {

[[nodiscard]] Result<SecretSearch> find(const std::string& path, unsigned depth);
[[nodiscard]] Status blot(const std::string& path);

}  // namespace agent::secret_bytes
