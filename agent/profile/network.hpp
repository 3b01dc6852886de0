// SPDX-License-Identifier: Apache-2.0
// Parses network addresses and URLs.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "profile/values.hpp"

namespace agent::parsing {

// An address or a network in CIDR form, v4 or v6. The result has the form that `ufw status` prints
// (inet_ntop(3); a host without /32 or /128).
Parsed<std::string> network(std::string_view text);

struct UrlRules {
  std::vector<std::string_view> placeholders;  // "version" allows {version} in the path
  bool allow_http = false;
};

// An absolute https URL without user, password or fragment.
Parsed<std::string> url(std::string_view text, const UrlRules& rules);

}  // namespace agent::parsing
