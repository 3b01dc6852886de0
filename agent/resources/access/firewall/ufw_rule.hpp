// SPDX-License-Identifier: Apache-2.0
// A ufw rule as a value.
#pragma once

#include <compare>
#include <string>
#include <vector>

#include "profile/profile.hpp"

namespace agent {

struct UfwRule {
  std::string text;                // as `ufw show added` prints it, without the leading "ufw " and a comment
  std::vector<std::string> words;  // the same as arguments of ufw(8)

  static UfwRule parse(std::string text);
  static UfwRule of(const InboundRule& rule);
  auto operator<=>(const UfwRule&) const =
      default;  // NOLINT(modernize-use-nullptr): clang-tidy 14 misreads it
};

// Parses the output of `ufw show added`.
[[nodiscard]] std::vector<UfwRule> added_rules(const std::string& output);

}  // namespace agent
