// SPDX-License-Identifier: Apache-2.0
// The places where copies of this machine's secrets were seen, or may be.
#pragma once

#include <string>
#include <vector>

#include "ports/probe.hpp"

namespace agent {

struct SecretCopy {
  std::string path;
  std::size_t copies = 0;
  bool destroy = false;  // destroy the whole file, because it belongs to cloud-init or the agent; otherwise
                         // only the secrets' bytes
  bool partial = false;  // an incomplete file: its destruction or its creation was interrupted
  std::vector<std::string> held_by =
      {};  // processes that had it open when it was destroyed: "rsyslogd (pid 412)"
};

struct SecretCopies {
  std::vector<SecretCopy> found;
  std::vector<std::string> skipped;  // "PATH: why it was not searched"
};

// Every file in these places that now contains a registered secret value, in any of its forms, or a known
// kind of token (secrets/redact.hpp). cloud-init's files are examined more closely: parts of multi-part
// user-data are in base64, and compressed data counts as a copy. Files that an interrupted run has left in
// the agent's directories count too.
[[nodiscard]] Result<SecretCopies> find_secret_copies(const Probe& probe);

// The places that find_secret_copies() searches, for the receipt.
[[nodiscard]] std::vector<std::string> searched_places(const Probe& probe);

}  // namespace agent
