// SPDX-License-Identifier: Apache-2.0
// Local accounts, read from their files. The agent does not use accounts from the network, and a static
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

// The gids of a process of this user: the primary group and the supplementary groups.
[[nodiscard]] Result<std::vector<gid_t>> group_ids(const User& user, const std::string& etc = "/etc");

}  // namespace agent
