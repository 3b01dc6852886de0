// SPDX-License-Identifier: Apache-2.0
// Only one agent enforces at a time. The locked file also says who holds the lock, and since when. Only root
// may open the file, so nobody else can hold the lock.
#pragma once

#include <string>

#include "base/result.hpp"
#include "base/unique_fd.hpp"

namespace agent {

class RunLock {
 public:
  // Errc::unavailable while another agent holds the lock; the message has its pid and the time. The lock is
  // held until the object is destroyed; the kernel releases it when the process dies.
  static Result<RunLock> take(const std::string& path);

  // Who holds the lock, as text ("pid 812, since 2026-01-01T00:00:00Z"). Empty when nobody does, or when the
  // caller may not open the file.
  static std::string holder(const std::string& path);

 private:
  explicit RunLock(UniqueFd fd) : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

}  // namespace agent
