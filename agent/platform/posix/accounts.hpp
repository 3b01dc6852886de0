// SPDX-License-Identifier: Apache-2.0
// Local accounts, read from their files: an account that only the network knows is none of ours, and a static
// binary must not load the machine's NSS modules.
#pragma once

#include <optional>
#include <string>

#include "base/result.hpp"
#include "ports/types.hpp"

namespace agent {

// passwd(5), group(5) and shadow(5) in `etc`; nullopt when there is no such account.
[[nodiscard]] Result<std::optional<User>> find_account(const std::string& name,
                                                       const std::string& etc = "/etc");

// The gids that a process of this user gets: its own and those of its supplementary groups.
[[nodiscard]] Result<std::vector<gid_t>> group_ids(const User& user, const std::string& etc = "/etc");

}  // namespace agent
