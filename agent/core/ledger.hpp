// SPDX-License-Identifier: Apache-2.0
// Which resources of this run are known to be as desired ("settled"). The seal reads it: it may destroy a
// secret when the consumer of the secret is settled.
#pragma once

#include <mutex>
#include <set>
#include <string>

namespace agent {

class Ledger {
 public:
  void settle(const std::string& resource) {
    const std::lock_guard lock(mutex_);
    settled_.insert(resource);
  }
  [[nodiscard]] bool settled(const std::string& resource) const {
    const std::lock_guard lock(mutex_);
    return settled_.contains(resource);
  }

 private:
  mutable std::mutex mutex_;
  std::set<std::string> settled_;
};

}  // namespace agent
