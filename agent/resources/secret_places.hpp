// The known places where cloud-init and this agent leave copies of what they were handed.
#pragma once

#include <string>
#include <vector>

#include "ports/probe.hpp"

namespace agent {

struct SecretCopy {
  std::string path;
  bool is_log = false;  // of others, too: it is kept without the secret
};

// Every file there that holds a registered secret value or a token of this field (base/redact.hpp) now, as it is or as a part of
// multi-part user-data.
[[nodiscard]] Result<std::vector<SecretCopy>> find_secret_copies(const Probe& probe);

// Logs of others that may hold a copy, and are then kept without it.
[[nodiscard]] std::vector<std::string> secret_bearing_logs();

// What find_secret_copies() looks at, for the receipt.
[[nodiscard]] std::vector<std::string> searched_places();

}  // namespace agent
