// SPDX-License-Identifier: Apache-2.0
#include "cli/option_table.hpp"

#include <algorithm>

#include "profile/ascii.hpp"
#include "profile/secret_table.hpp"
#include "profile/values.hpp"

namespace agent {
namespace {

template <auto Member>
std::string store(Options& options, const std::string& value) {
  options.*Member = value;
  return {};
}

template <auto Member>
std::string set(Options& options, const std::string&) {
  options.*Member = true;
  return {};
}

std::string take_format(Options& options, const std::string& value) {
  if (value != "json" && value != "text") return "text or json";
  options.format = value == "json" ? Format::json : Format::text;
  return {};
}

std::string take_deadline(Options& options, const std::string& value) {
  using namespace std::chrono_literals;
  const bool plain_number = !value.empty() && parsing::is_digit(value.back());  // of seconds
  const auto time = parsing::duration(plain_number ? value + "s" : value, 1s, 7 * 24h);
  if (!time || value.ends_with('d')) return "a time of at most a week, such as 90s, 15m or 2h";
  options.deadline = *time;
  return {};
}

std::string take_session(Options& options, const std::string& value) {
  options.session = ssh_session(value);
  return options.session ? "" : "not what sshd says in SSH_CONNECTION";
}

std::vector<OptionRow> rows() {
  using enum CommandName;
  using enum RowKind;
  return {
      {.kind = command,
       .name = "first-boot",
       .command = first_boot,
       .help = "install, converge, seal; resumes after a reboot"},
      {.kind = command,
       .name = "reconcile",
       .command = reconcile,
       .help = "converge again: repairs drift, changes nothing else"},
      {.kind = command,
       .name = "verify",
       .command = verify,
       .help = "compare the machine with the profile; writes nothing"},
      {.kind = command,
       .name = "plan",
       .command = plan,
       .help = "what --reconcile would do, and in which order"},
      {.kind = command,
       .name = "status",
       .command = status,
       .help = "the last run's report; --wait: until a run has ended"},
      {.kind = command,
       .name = "render-user-data",
       .command = render_user_data,
       .help = "a new server's user-data; needs no root"},
      {.kind = command,
       .name = "install",
       .argument = "FILE",
       .command = install,
       .help = "replace the agent by a signed binary",
       .take = store<&Options::install>},
      {.kind = command, .name = "version", .command = version},
      {.kind = command, .name = "help", .command = help},
      {.kind = unit_command, .name = "boot", .command = boot},
      {.kind = unit_command, .name = "worker", .command = worker},
      {.kind = unit_command, .name = "revert", .command = revert},

      {.name = "profile",
       .argument = "FILE",
       .with = {first_boot, reconcile, verify, plan, render_user_data},
       .help = "A profile given to --first-boot or --reconcile is installed as "
               "/etc/bootstrap-agent/profile.yaml and is used from then on.",
       .take = store<&Options::profile>},
      {.name = "secrets",
       .argument = "FILE|-",
       .with = {first_boot, reconcile, render_user_data},
       .help = fmt::format("The secrets file (YAML; 0600) may hold {}.\n"
                           "--first-boot wipes it after reading it. The seal overwrites every copy of a "
                           "secret that it finds on the server,\nalso in such a file.",
                           secret_keys_text()),
       .take = store<&Options::secrets>},
      {.kind = needed,
       .name = "agent-url",
       .argument = "URL",
       .with = {render_user_data},
       .help = "{arch} in the URL stands for x86_64 or aarch64; FILE is a SHA256SUMS that lists the URL's "
               "file by its name.",
       .take = store<&Options::agent_url>},
      {.kind = one_of,
       .name = "agent-sha256",
       .argument = "HASH",
       .with = {render_user_data},
       .take = store<&Options::agent_sha256>},
      {.kind = one_of,
       .name = "sums",
       .argument = "FILE|-",
       .with = {render_user_data},
       .take = store<&Options::sums>},
      {.name = "signing-key",
       .argument = "FILE",
       .with = {install},
       .help = "--install accepts FILE only with FILE.minisig beside it, signed by the built-in key "
               "(--version names it) or --signing-key;\n"
               "the previous binary is kept as /usr/local/sbin/bootstrap-agent.previous.",
       .take = store<&Options::signing_key>},
      {.name = "allow-downgrade", .with = {install}, .take = set<&Options::allow_downgrade>},
      {.name = "wait", .with = {status}, .take = set<&Options::wait>},
      {.name = "session", .argument = "CONNECTION", .with = {worker}, .take = take_session},
      {.name = "format",
       .argument = "text|json",
       .help = "reports as a table (default) or as JSON (docs/report.schema.json)",
       .take = take_format},
      {.name = "deadline",
       .argument = "TIME",
       .help = "90s, 15m, 2h: when the run must be over (default: 45m; --verify and --plan 5m)",
       .take = take_deadline},
  };
}

}  // namespace

bool OptionRow::goes_with(CommandName other) const {
  return with.empty() || std::find(with.begin(), with.end(), other) != with.end();
}

const std::vector<OptionRow>& option_table() {
  static const auto table = rows();
  return table;
}

bool OptionRow::for_units() const {
  if (is_command()) return kind == RowKind::unit_command;
  const auto& table = option_table();
  return std::none_of(table.begin(), table.end(), [this](const OptionRow& row) {
    return row.kind == RowKind::command && goes_with(row.command);
  });
}

std::string listed(const std::vector<std::string>& flags) {
  std::string text;
  for (std::size_t i = 0; i < flags.size(); ++i)
    text += (i == 0 ? "" : i + 1 == flags.size() ? " and " : ", ") + flags[i];
  return text;
}

}  // namespace agent
