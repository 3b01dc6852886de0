// SPDX-License-Identifier: Apache-2.0
// Whether the kernel lets a user sandbox itself.
#pragma once

#include "base/result.hpp"
#include "ports/types.hpp"

namespace agent {

// Whether this user can make a user namespace that is good for something: a mount in it. Tried in a child.
[[nodiscard]] Result<bool> can_make_user_namespace(const User& user);

}  // namespace agent
