// SPDX-License-Identifier: Apache-2.0
// A secret value: move-only, zeroed on destruction, with no formatter and no stream operator, and one
// greppable way to read it.
#pragma once

#include <string>
#include <string_view>

namespace agent {

class Secret {
 public:
  Secret() = default;
  // Takes the value over and zeroes the string it came in. The value is registered with redact()
  // (redact.hpp).
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
