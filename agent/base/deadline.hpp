// SPDX-License-Identifier: Apache-2.0
// The moment at which waiting ends. It is made once from a timeout, and every wait of the same operation uses
// it.
#pragma once

#include <algorithm>
#include <chrono>

namespace agent {

class Deadline {
 public:
  explicit Deadline(std::chrono::milliseconds timeout)
      : timeout_(timeout), at_(std::chrono::steady_clock::now() + timeout) {}

  // Never negative. Rounded up, so that a wait of left() does not end just before the deadline.
  [[nodiscard]] std::chrono::milliseconds left() const {
    const auto rest = std::chrono::ceil<std::chrono::milliseconds>(at_ - std::chrono::steady_clock::now());
    return std::max(rest, std::chrono::milliseconds(0));
  }
  [[nodiscard]] bool passed() const { return left().count() == 0; }
  // The timeout it was made from, for messages.
  [[nodiscard]] double seconds() const { return static_cast<double>(timeout_.count()) / 1000.0; }

 private:
  std::chrono::milliseconds timeout_;
  std::chrono::steady_clock::time_point at_;
};

}  // namespace agent
