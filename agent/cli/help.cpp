// SPDX-License-Identifier: Apache-2.0
// What --help prints, made from the table of options.
#include "cli/option_table.hpp"
#include "cli/options.hpp"

namespace agent {
namespace {

constexpr std::size_t help_column = 69;  // the column of the text about a command
constexpr std::size_t widest = 121;

std::string shown(const OptionRow& row) {
  return row.argument.empty() ? row.flag() : row.flag() + " " + row.argument;
}

// A command with its options, as in a manual page: --command [--option] --needed (--one-of | --these).
std::string usage(const OptionRow& command) {
  auto line = fmt::format("  bootstrap-agent {:<12}", shown(command));
  std::string choices;
  for (const auto& row : option_table()) {
    if (row.is_command() || row.with.empty() || !row.goes_with(command.command)) continue;
    if (row.kind == RowKind::option) line += fmt::format(" [{}]", shown(row));
    if (row.kind == RowKind::needed) line += " " + shown(row);
    if (row.kind == RowKind::one_of) choices += (choices.empty() ? "" : " | ") + shown(row);
  }
  return choices.empty() ? line : fmt::format("{} ({})", line, choices);
}

// Puts the text into its column; directly after a usage that is longer, or on the next line when there is no
// room.
std::string with_help(const std::string& usage, const std::string& help) {
  const auto line = fmt::format("{:<{}}   ", usage, help_column - 3);
  if (line.size() + help.size() <= widest) return line + help + "\n";
  return fmt::format("{}\n{:{}}{}\n", usage, "", help_column, help);
}

}  // namespace

std::string help_text() {
  std::string usages;      // of the commands, one line each
  std::string plain;       // the commands without help text, in one line
  std::string everywhere;  // the options that go with every command
  std::string paragraphs;  // about the other options' values
  std::vector<std::string> for_units;
  for (const auto& row : option_table()) {
    if (row.for_units())
      for_units.push_back(row.flag());
    else if (row.is_command() && row.help.empty())
      plain += (plain.empty() ? "" : " | ") + shown(row);
    else if (row.is_command())
      usages += with_help(usage(row), row.help);
    else if (row.with.empty())
      everywhere += fmt::format("  {:<18}   {}\n", shown(row), row.help);
    else if (!row.help.empty())
      paragraphs += row.help + "\n";
  }
  return fmt::format(
      R"(bootstrap-agent: turns a bare server into a verified OpenClaw gateway that only the tailnet can reach.

{}  bootstrap-agent {}

{}
{}An enforcing run continues as a systemd unit: closing the terminal does not end it. {} are used by units.

Exit codes:
  0  in sync, or converged
  1  a resource failed, was blocked or ran past its deadline, or has drift that the agent cannot repair
  2  drift, or something could not be checked (--verify, --plan); no run yet, or a run stopped from outside (--status)
  3  bad usage, profile or secrets, or a binary that --install refuses
  4  another agent is running
)",
      usages, plain, everywhere, paragraphs, listed(for_units));
}

}  // namespace agent
