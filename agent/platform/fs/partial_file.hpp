// SPDX-License-Identifier: Apache-2.0
// A file that is being downloaded. It has no name, so it disappears when the agent dies. Its hash is computed
// while it grows.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "platform/crypto/sha256.hpp"

namespace agent {

class PartialFile {
 public:
  // Errc::refused unless the caller owns the directory and nobody else has access.
  [[nodiscard]] static Result<PartialFile> open(const std::string& directory);

  // When the file system is full, the error says which one.
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
