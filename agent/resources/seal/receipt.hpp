// SPDX-License-Identifier: Apache-2.0
// The receipt of the seal: what was searched, found and destroyed, and what cannot be promised. It says that
// first boot is over.
#pragma once

#include "resources/seal/secret_copies.hpp"

namespace agent {

// Every field is something that was seen.
struct Sealed {
  std::vector<SecretCopy> destroyed;  // and then looked for again, in vain
  std::vector<std::string> skipped;
  FreeSpace free_space;
  bool journal_rotated =
      false;  // so that none of its files owns blocks that were neither written nor trimmed
};

// The text of paths::receipt: what was sealed at first boot, which an earlier receipt has, and now. Nothing
// in it is a secret, or the hash of one.
[[nodiscard]] std::string receipt_text(const Probe& probe, const Sealed& sealed);

// One line for the report, which names no places.
[[nodiscard]] std::string summary(const Sealed& sealed);

}  // namespace agent
