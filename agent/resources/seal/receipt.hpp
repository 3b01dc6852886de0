// SPDX-License-Identifier: Apache-2.0
// The receipt of the seal: what was searched, found and destroyed, and what cannot be promised. When it
// exists, the first boot is complete.
#pragma once

#include "resources/seal/secret_copies.hpp"

namespace agent {

// Every field is something that was observed.
struct Sealed {
  std::vector<SecretCopy> destroyed;  // after that, a second search found none of them
  std::vector<std::string> skipped;
  FreeSpace free_space;
  bool journal_rotated =
      false;  // after that, its archived files own no blocks that were neither written nor trimmed
};

// The text of paths::receipt: what was sealed at first boot (taken from an earlier receipt) and what was
// sealed now. It contains no secret and no hash of one.
[[nodiscard]] std::string receipt_text(const Probe& probe, const Sealed& sealed);

// One line for the report, without paths.
[[nodiscard]] std::string summary(const Sealed& sealed);

}  // namespace agent
