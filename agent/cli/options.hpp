// SPDX-License-Identifier: Apache-2.0
// The command line as a plain struct.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "ports/types.hpp"

namespace agent {

enum class CommandName {
  first_boot,
  reconcile,
  verify,
  plan,
  status,
  install,
  version,
  help,
  worker,
  boot,
  revert,
  render_user_data
};
enum class Format { text, json };

struct Options {
  CommandName command = CommandName::help;
  std::string profile;       // empty: the installed one
  std::string secrets;       // empty: none; "-": stdin
  std::string agent_url;     // for --render-user-data, like the next two; with or without {arch}
  std::string agent_sha256;  // either this or `sums`
  std::string sums;          // a file in sha256sum(1)'s format; "-": stdin
  std::string install;       // the binary of --install
  std::string signing_key;   // empty: the built-in one
  bool allow_downgrade = false;
  std::optional<NewConnection>
      session;  // for --worker: the SSH session that asked for the run, as a new connection
  Format format = Format::text;
  bool wait = false;
  std::chrono::seconds deadline{};  // zero: the command's own default
};

// Errc::invalid lists every mistake, one per line.
[[nodiscard]] Result<Options> parse_options(const std::vector<std::string>& arguments);

// The connection of SSH_CONNECTION (ssh(1): client's address and port, server's address and port), as a new
// connection to the same port. nullopt when the text has another form.
[[nodiscard]] std::optional<NewConnection> ssh_session(const std::string& text);

// What --help prints.
[[nodiscard]] std::string help_text();

// One table, printed by --help and repeated in README.md.
enum ExitCode : int { exit_ok = 0, exit_failed = 1, exit_drift = 2, exit_usage = 3, exit_busy = 4 };

}  // namespace agent
