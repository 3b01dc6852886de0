// SPDX-License-Identifier: Apache-2.0
// A secret value: move-only, zeroed on destruction, without formatter and stream operator. reveal() is the
// only way to read it, and is easy to grep.
#pragma once

#include <string>
#include <string_view>

namespace agent {

class Secret {
 public:
  Secret() = default;
  // Takes the value and zeroes the source string. The value is registered with redact() (redact.hpp).
  explicit Secret(std::string&& value);
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret();

  [[nodiscard]] bool empty() const noexcept { return value_.empty(); }
  [[nodiscard]] std::string_view reveal() const noexcept { return value_; }

 private:
  std::string value_;
};

// Overwrites the memory of a string (explicit_bzero(3): not optimized away) and empties it.
void wipe(std::string& text) noexcept;

}  // namespace agent
