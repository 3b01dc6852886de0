// SPDX-License-Identifier: Apache-2.0
// Connects to a unix socket as a user.
#pragma once

#include <string>

#include "base/deadline.hpp"
#include "base/result.hpp"
#include "base/unique_fd.hpp"
#include "ports/types.hpp"

namespace agent {

// A user's bus accepts only that user, not even root: it checks the credentials at connect(2) (unix(7),
// SO_PEERCRED). So a short-lived child process becomes that user, connects, and passes the connection back.
// The path is also resolved with that user's rights. Errc::unavailable when nothing listens there.
[[nodiscard]] Result<UniqueFd> connect_as(const User& user, const std::string& path,
                                          const Deadline& deadline);

}  // namespace agent
