// SPDX-License-Identifier: Apache-2.0
// Whether the kernel lets a user make a sandbox.
#pragma once

#include "base/result.hpp"
#include "ports/types.hpp"

namespace agent {

// Whether this user can make a usable user namespace, that is, one with a mount in it. A child process tries
// it.
[[nodiscard]] Result<bool> can_make_user_namespace(const User& user);

}  // namespace agent
