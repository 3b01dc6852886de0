// SPDX-License-Identifier: Apache-2.0
// Only one agent enforces at a time. The lock is on a file that also says who holds it, since when; only root
// may open it, so that nobody else can hold it.
#pragma once

#include <string>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace agent {

class RunLock {
 public:
  // Errc::unavailable, saying which pid and since when, while another agent holds it. Held until destroyed;
  // the kernel lets go of it when the process dies.
  static Result<RunLock> take(const std::string& path);

  // Who holds it, in words ("pid 812, since 2026-01-01T00:00:00Z"); empty when nobody does, or for a user who
  // may not ask.
  static std::string holder(const std::string& path);

 private:
  explicit RunLock(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

}  // namespace agent
