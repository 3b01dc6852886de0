// SPDX-License-Identifier: Apache-2.0
// A binary that may replace the agent: the checks, and the replacement.
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

// Returns the version of the file when it may be installed on this machine: it is signed by `key` as a
// bootstrap-agent for this architecture, it is not older than the agent that asks (unless `allow_downgrade`),
// and it is a program. Otherwise Errc::refused, or Errc::invalid for a malformed signature. Version and
// architecture come from the signed comment. Nothing of the file is trusted before its signature is verified,
// and the file is never run.
[[nodiscard]] Result<std::string> check_release(const Probe& machine, const ReleaseFile& file,
                                                const SigningKey& key, bool allow_downgrade);

// Makes `content` the installed agent, and keeps the previous agent beside it. Returns false when `content`
// is installed already: then nothing is written. Safe to repeat.
[[nodiscard]] Result<bool> replace_agent(Host& host, std::string_view content);

}  // namespace agent
