// SPDX-License-Identifier: Apache-2.0
// A file that is being downloaded: it has no name, so what is left of it when the agent dies is gone too, and
// its hash is taken as it grows.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "platform/crypto/sha256.hpp"

namespace agent {

class PartialFile {
 public:
  // Errc::refused unless the directory is ours and closed to everyone else.
  [[nodiscard]] static Result<PartialFile> open(const std::string& directory);

  // A full file system is named, with what is free on it.
  [[nodiscard]] Status append(std::string_view data);
  // Empties it.
  [[nodiscard]] Status restart();
  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] std::string sha256() const { return hash_.hex(); }
  // The file itself, at its start.
  [[nodiscard]] Result<UniqueFd> take() &&;

 private:
  PartialFile() = default;
  UniqueFd fd_;
  std::string directory_;
  Sha256 hash_;
  std::uint64_t size_ = 0;
};

}  // namespace agent
