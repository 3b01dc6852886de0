// SPDX-License-Identifier: Apache-2.0
// All options of the command line, as one table. The options of getopt_long(3), the checks, their messages
// and --help are made from it.
#pragma once

#include <string>
#include <vector>

#include "cli/options.hpp"

namespace agent {

enum class RowKind {
  command,       // exactly one of these is given
  unit_command,  // also a command, but for systemd units, not for people
  option,        // may be given
  needed,        // must be given with its command
  one_of,        // one of its command's rows of this kind must be given
};

struct OptionRow {
  RowKind kind = RowKind::option;
  std::string name;                         // without the dashes
  std::string argument = {};                // as people see it; empty: takes no value
  CommandName command = CommandName::help;  // for a command: the command
  std::vector<CommandName> with = {};       // for an option: its commands; empty: every command
  // For a command: what it does. For an option: what it is for; a paragraph, unless it goes with every
  // command.
  std::string help = {};
  // Puts the value into the options. Returns what is wrong with it, in words; empty when it is valid.
  std::string (*take)(Options& options, const std::string& value) = nullptr;

  [[nodiscard]] std::string flag() const { return "--" + name; }
  [[nodiscard]] bool is_command() const { return kind == RowKind::command || kind == RowKind::unit_command; }
  [[nodiscard]] bool goes_with(CommandName other) const;
  // Whether its command needs it, or needs one of several such options.
  [[nodiscard]] bool is_needed() const { return kind == RowKind::needed || kind == RowKind::one_of; }
  // Only systemd units use it: it is a command for units, or goes only with such commands.
  [[nodiscard]] bool for_units() const;
};

[[nodiscard]] const std::vector<OptionRow>& option_table();

// "--a, --b and --c".
[[nodiscard]] std::string listed(const std::vector<std::string>& flags);

}  // namespace agent
