// SPDX-License-Identifier: Apache-2.0
#include "resources/access/sudo_rules.hpp"

#include <sstream>

#include "ports/run_checked.hpp"

namespace agent {
namespace {

// sudo 1.9 indents each rule by 4 spaces, and breaks it at 80 columns; what follows is indented by 8.
constexpr std::string_view rule_indent = "    ";
constexpr std::string_view more_indent = "        ";

std::vector<std::string> parse(const std::string& text) {
  std::istringstream lines(text);
  std::vector<std::string> rules;
  bool listing = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.find(" may run the following commands on ") != std::string::npos)
      listing = true;
    else if (!listing)
      continue;
    else if (line.starts_with(more_indent) && !rules.empty())
      rules.back() += line.substr(more_indent.size() - 1);  // with one space
    else if (line.starts_with(rule_indent))
      rules.push_back(line.substr(rule_indent.size()));
  }
  return rules;
}

}  // namespace

Result<std::vector<std::string>> sudo_rules(const Probe& probe, const std::string& user) {
  const auto query = Query::sudo_rules(user);
  auto said = probe.query(query);
  if (!said && said.error().code == Errc::not_found) return std::vector<std::string>();
  if (!said) return pass(std::move(said), "sudo");
  if (!said->ok())
    return fail(Errc::failed, "sudo cannot say what {} may run: {}", user,
                failure_text(query.command(), *said));
  return parse(said->out);
}

}  // namespace agent
