// SPDX-License-Identifier: Apache-2.0
// Where a new server gets the agent from: --agent-url, with the hashes that decide whether it is the agent.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace agent {

class AgentSource {
 public:
  // With --agent-sha256: for a URL without {arch}. Errc::invalid names every mistake, a line each.
  static Result<AgentSource> pinned(const std::string& url, const std::string& sha256);

  // With --sums: the hashes stand in `sums`, in sha256sum(1)'s format, by the last part of the URL's path.
  // `{arch}` in it stands for x86_64 and aarch64; at least one of them must be there. `name` is what messages
  // call the file.
  static Result<AgentSource> in_sums(const std::string& url, std::string_view sums, const std::string& name);

  // A plain https URL, {arch} included: it has no quote, backslash, blank or control character.
  [[nodiscard]] const std::string& url() const { return url_; }
  // 64 hex digits, by the architecture as `uname -m` has it; of a URL without {arch} there is one, of "".
  [[nodiscard]] const std::map<std::string, std::string>& sha256() const { return sha256_; }

 private:
  std::string url_;
  std::map<std::string, std::string> sha256_;
};

}  // namespace agent
