// SPDX-License-Identifier: Apache-2.0
// A binary that is to take the agent's place: whether it may, and how it does.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "platform/crypto/signature.hpp"
#include "ports/host.hpp"

namespace agent {

struct ReleaseFile {
  std::string name;  // for messages
  std::string content;
  std::string signature;  // the contents of NAME.minisig
};

// The version of a file that may be installed on this machine: signed by `key`, as a bootstrap-agent for this
// architecture, not older than the agent that asks (unless `allow_downgrade`), and a program at all. Else
// Errc::refused, or Errc::invalid for a signature that is none. Version and architecture are the signed
// comment's: nothing of the file is believed before its signature is known to be good, and it is never run.
[[nodiscard]] Result<std::string> check_release(const Probe& machine, const ReleaseFile& file,
                                                const SigningKey& key, bool allow_downgrade);

// Makes `content` the installed agent, and keeps the one before it beside it. False when it is installed
// already: then nothing is written, and what is kept stays. Safe to repeat.
[[nodiscard]] Result<bool> replace_agent(Host& host, std::string_view content);

}  // namespace agent
