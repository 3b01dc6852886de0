// SPDX-License-Identifier: Apache-2.0
// The files by which ufw filters.
#pragma once

#include <string>
#include <vector>

#include "ports/host.hpp"

namespace agent::ufw_files {

// Those for rules that are there and empty.
[[nodiscard]] Result<std::vector<std::string>> empty(const Probe& probe);
// Makes these as the package made them. The others may hold rules of the owner.
[[nodiscard]] Status fill(Host& host, const std::vector<std::string>& files);

// Whether IPv6 is filtered at all.
[[nodiscard]] bool filter_ipv6(const Probe& probe);
// Sees to it, in ufw's own file, the rest of which stays. In force when ufw reloads.
[[nodiscard]] Status make_filter_ipv6(Host& host);

}  // namespace agent::ufw_files
