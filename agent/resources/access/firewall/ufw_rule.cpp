// SPDX-License-Identifier: Apache-2.0
#include "resources/access/firewall/ufw_rule.hpp"

#include <fmt/format.h>

#include <iomanip>
#include <sstream>
#include <utility>

namespace agent {

// An application's name with a space is in quotes ('Apache Full').
UfwRule UfwRule::parse(std::string text) {
  UfwRule rule{std::move(text), {}};
  std::istringstream in(rule.text);
  for (std::string word; in >> std::quoted(word, '\'');) rule.words.push_back(word);
  return rule;
}

// ufw(8), FULL SYNTAX, in the order in which `ufw show added` prints the parts.
UfwRule UfwRule::of(const InboundRule& rule) {
  if (rule.from.empty()) return parse(fmt::format("allow {}/{}", rule.port, rule.protocol));
  return parse(fmt::format("allow from {} to any port {} proto {}", rule.from, rule.port, rule.protocol));
}

// Without comments: a comment does not make another rule, also not for `ufw delete`.
std::vector<UfwRule> added_rules(const std::string& output) {
  std::vector<UfwRule> rules;
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("ufw ")) continue;
    auto rule = UfwRule::parse(line.substr(4, line.find(" comment '") - 4));
    if (!rule.words.empty()) rules.push_back(std::move(rule));
  }
  return rules;
}

}  // namespace agent
