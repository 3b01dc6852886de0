// SPDX-License-Identifier: Apache-2.0
// All that the command line knows, as one table. getopt_long(3)'s options, the checks and their messages, and
// --help are made from it.
#pragma once

#include <string>
#include <vector>

#include "cli/options.hpp"

namespace agent {

enum class RowKind {
  command,       // exactly one of these is given
  unit_command,  // one of them too, but for systemd units, not for people
  option,        // may be given
  needed,        // must be given with its command
  one_of,        // one of its command's rows of this kind must be given
};

struct OptionRow {
  RowKind kind = RowKind::option;
  std::string name;                         // without the dashes
  std::string argument = {};                // as people see it; empty: takes no value
  CommandName command = CommandName::help;  // of a command: itself
  std::vector<CommandName> with = {};       // of an option: what it goes with; empty: every command
  // Of a command: what it does. Of an option: what it is for; a paragraph, unless it goes with every command.
  std::string help = {};
  // Puts the value into the options, and returns what is wrong with it, in words; nothing when it is fine.
  std::string (*take)(Options& options, const std::string& value) = nullptr;

  [[nodiscard]] std::string flag() const { return "--" + name; }
  [[nodiscard]] bool is_command() const { return kind == RowKind::command || kind == RowKind::unit_command; }
  [[nodiscard]] bool goes_with(CommandName other) const;
  // Is it one of those that its command does not do without?
  [[nodiscard]] bool is_needed() const { return kind == RowKind::needed || kind == RowKind::one_of; }
  // No person gives it: it is a unit's command, or goes with such ones only.
  [[nodiscard]] bool for_units() const;
};

[[nodiscard]] const std::vector<OptionRow>& option_table();

// "--a, --b and --c".
[[nodiscard]] std::string listed(const std::vector<std::string>& flags);

}  // namespace agent
