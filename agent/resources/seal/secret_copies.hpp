// SPDX-License-Identifier: Apache-2.0
// The places where copies of what this machine was handed were seen, or may be.
#pragma once

#include <string>
#include <vector>

#include "ports/probe.hpp"

namespace agent {

struct SecretCopy {
  std::string path;
  std::size_t copies = 0;
  bool destroy =
      false;  // the whole file, for it is cloud-init's or this agent's; of others' only the secrets' bytes
  bool partial = false;  // what is left of a file whose destruction, or making, was cut off
  std::vector<std::string> held_by =
      {};  // processes that had it open when it was destroyed: "rsyslogd (pid 412)"
};

struct SecretCopies {
  std::vector<SecretCopy> found;
  std::vector<std::string> skipped;  // "PATH: why it was not searched"
};

// Every file there that holds a registered secret value, in any of its forms, or a token of this field
// (secrets/redact.hpp), now. cloud-init's files are looked into deeper: parts of multi-part user-data are in
// base64, and what is compressed counts as a copy. So does what a run that was cut off has left in our
// places.
[[nodiscard]] Result<SecretCopies> find_secret_copies(const Probe& probe);

// What find_secret_copies() looks at, for the receipt.
[[nodiscard]] std::vector<std::string> searched_places(const Probe& probe);

}  // namespace agent
