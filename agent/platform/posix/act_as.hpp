// SPDX-License-Identifier: Apache-2.0
// When root works in a home, it must not have more rights there than the home's owner. While the object
// lives, this thread (and no other) accesses the file system as that user. setfsuid(2) also removes the
// capabilities that override permissions (capabilities(7)).
#pragma once

#include <sys/types.h>

#include <vector>

#include "base/result.hpp"
#include "ports/types.hpp"

namespace agent {

class ActAs {
 public:
  // Errc::failed when this process may not act as the user. The object must die on the thread that made it.
  [[nodiscard]] static Result<ActAs> user(const User& user);

  ActAs(ActAs&& other) noexcept;
  ActAs(const ActAs&) = delete;
  ActAs& operator=(const ActAs&) = delete;
  ActAs& operator=(ActAs&&) = delete;
  ~ActAs();

 private:
  ActAs() = default;
  bool active_ = false;
  uid_t uid_ = 0;
  gid_t gid_ = 0;
  std::vector<gid_t> groups_;
};

}  // namespace agent
