// SPDX-License-Identifier: Apache-2.0
// Where a new server gets the agent from: --agent-url, and the hashes that the downloaded file must have.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace agent {

class AgentSource {
 public:
  // For --agent-sha256: a URL without {arch}. Errc::invalid lists every mistake, one per line.
  static Result<AgentSource> pinned(const std::string& url, const std::string& sha256);

  // For --sums: `sums` has the hashes in sha256sum(1)'s format, under the last part of the URL's path.
  // `{arch}` in that part stands for x86_64 and aarch64; `sums` must list at least one of the two. `name` is
  // the name of the file in messages.
  static Result<AgentSource> in_sums(const std::string& url, std::string_view sums, const std::string& name);

  // A plain https URL, which may contain {arch}. It has no quote, backslash, blank or control character.
  [[nodiscard]] const std::string& url() const { return url_; }
  // 64 hex digits, by the architecture as `uname -m` prints it. A URL without {arch} has one hash, under "".
  [[nodiscard]] const std::map<std::string, std::string>& sha256() const { return sha256_; }

 private:
  std::string url_;
  std::map<std::string, std::string> sha256_;
};

}  // namespace agent
