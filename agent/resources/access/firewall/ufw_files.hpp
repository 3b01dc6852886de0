// SPDX-License-Identifier: Apache-2.0
// The files of ufw's rules and settings.
#pragma once

#include <string>
#include <vector>

#include "ports/host.hpp"

namespace agent::ufw_files {

// The rule files that exist and are empty.
[[nodiscard]] Result<std::vector<std::string>> empty(const Probe& probe);
// Restores these files as the package made them. The others may contain rules of the owner.
[[nodiscard]] Status fill(Host& host, const std::vector<std::string>& files);

// The settings that ufw refuses to work without, and that /etc/default/ufw lacks: none when all are there.
[[nodiscard]] std::vector<std::string> missing_settings(const Probe& probe);
// Adds those with ufw's own defaults.
[[nodiscard]] Status add_missing_settings(Host& host);

// Whether the kernel has IPv6 at all: with ipv6.disable=1 there is nothing to filter, and ufw does not.
[[nodiscard]] bool kernel_has_ipv6(const Probe& probe);
// Whether ufw filters IPv6.
[[nodiscard]] bool filter_ipv6(const Probe& probe);
// Turns the IPv6 filter on in ufw's own file; the other lines stay. It takes effect when ufw reloads.
[[nodiscard]] Status make_filter_ipv6(Host& host);

}  // namespace agent::ufw_files
