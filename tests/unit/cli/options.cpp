// SPDX-License-Identifier: Apache-2.0
#include "cli/options.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "cli/option_table.hpp"

namespace agent {
namespace {

using Words = std::vector<std::string>;

std::string refusal(const Words& words) {
  const auto parsed = parse_options(words);
  if (parsed) return "accepted";
  CHECK(parsed.error().code == Errc::invalid);
  const auto& message = parsed.error().message;
  const std::string end = "\nsee bootstrap-agent --help";
  REQUIRE(message.ends_with(end));
  return message.substr(0, message.size() - end.size());
}

const std::string one_command =
    "give exactly one of --first-boot, --reconcile, --verify, --plan, --status, --render-user-data, "
    "--install, --version, --help";

}  // namespace

TEST_CASE("options: every command") {
  const std::vector<std::pair<std::string, CommandName>> all = {{"--first-boot", CommandName::first_boot},
                                                                {"--reconcile", CommandName::reconcile},
                                                                {"--verify", CommandName::verify},
                                                                {"--plan", CommandName::plan},
                                                                {"--status", CommandName::status},
                                                                {"--version", CommandName::version},
                                                                {"--help", CommandName::help},
                                                                {"--worker", CommandName::worker},
                                                                {"--boot", CommandName::boot}};
  for (const auto& [word, command] : all) {
    CAPTURE(word);
    const auto parsed = parse_options({word});
    REQUIRE(parsed);
    CHECK(parsed->command == command);
    CHECK(parsed->format == Format::text);
    CHECK_FALSE(parsed->wait);
    CHECK(parsed->deadline.count() == 0);
  }
}

TEST_CASE("options: values, with a space or an equals sign") {
  const auto parsed =
      parse_options({"--first-boot", "--profile", "/p", "--secrets=-", "--format", "json", "--deadline=15m"});
  REQUIRE(parsed);
  CHECK(parsed->profile == "/p");
  CHECK(parsed->secrets == "-");
  CHECK(parsed->format == Format::json);
  CHECK(parsed->deadline == std::chrono::minutes(15));
  CHECK(parse_options({"--status", "--wait", "--format", "json"})->wait);
}

TEST_CASE("options: deadlines") {
  const auto seconds = [](const std::string& text) {
    return parse_options({"--verify", "--deadline", text})->deadline.count();
  };
  CHECK(seconds("90") == 90);
  CHECK(seconds("90s") == 90);
  CHECK(seconds("2h") == 7200);
  CHECK(seconds("168h") == 604'800);
  for (const char* wrong :
       {"0", "-5", "5d", "1.5h", "s", "169h", "99999999999999999999", "10 m", "0x10", "5ms", "7d"}) {
    CAPTURE(wrong);
    CHECK(refusal({"--verify", "--deadline", wrong}) ==
          fmt::format("--deadline {}: a time of at most a week, such as 90s, 15m or 2h", wrong));
  }
}

TEST_CASE("options: an empty value, for example from an unset variable, is an error") {
  for (const char* option : {"--profile", "--secrets", "--deadline", "--format"}) {
    CAPTURE(option);
    CHECK(refusal({"--reconcile", option, ""}).ends_with(": its value is empty"));
    CHECK(refusal({"--reconcile", fmt::format("{}=", option)}) ==
          fmt::format("{}=: its value is empty", option));
  }
}

TEST_CASE("options: exactly one command") {
  CHECK(refusal({}) == one_command);
  CHECK(refusal({"--verify", "--plan"}) == one_command);
  CHECK(refusal({"--verify", "--verify"}) == one_command);
  CHECK(refusal({"--format", "json"}) == one_command);
}

TEST_CASE("options: what does not go together") {
  const std::string secrets = "--secrets goes with --first-boot, --reconcile and --render-user-data only";
  const std::string profile =
      "--profile goes with --first-boot, --reconcile, --verify, --plan and --render-user-data only";
  const std::string wait = "--wait goes with --status only";
  for (const char* command : {"--verify", "--plan", "--status", "--version", "--help", "--worker", "--boot"})
    CHECK(refusal({command, "--secrets", "-"}) == secrets);
  for (const char* command : {"--status", "--version", "--help", "--worker", "--boot"})
    CHECK(refusal({command, "--profile", "/p"}) == profile);
  for (const char* command :
       {"--first-boot", "--reconcile", "--verify", "--plan", "--version", "--help", "--worker", "--boot"})
    CHECK(refusal({command, "--wait"}) == wait);
  for (const char* command : {"--first-boot", "--reconcile"})
    CHECK(parse_options({command, "--secrets", "-", "--profile", "/p"}));
  for (const char* command : {"--verify", "--plan"}) CHECK(parse_options({command, "--profile", "/p"}));
  CHECK(refusal({"--status", "--secrets", "-", "--profile", "/p"}) == secrets + "\n" + profile);
}

TEST_CASE("options: where a new server gets the agent from") {
  const auto parsed = parse_options({"--render-user-data", "--agent-url", "https://h/{arch}", "--sums=S",
                                     "--profile", "p", "--secrets", "-"});
  REQUIRE(parsed);
  CHECK(parsed->command == CommandName::render_user_data);
  CHECK(parsed->agent_url == "https://h/{arch}");
  CHECK(parsed->sums == "S");
  CHECK(parse_options({"--render-user-data", "--agent-url=u", "--agent-sha256=h"})->agent_sha256 == "h");
  const std::string hash = "--render-user-data needs the agent's hash: --agent-sha256 or --sums, one of them";
  CHECK(refusal({"--render-user-data"}) ==
        "--render-user-data needs --agent-url: where the server gets the agent\n" + hash);
  CHECK(refusal({"--render-user-data", "--agent-url", "u"}) == hash);
  CHECK(refusal({"--render-user-data", "--agent-url", "u", "--sums", "S", "--agent-sha256", "h"}) == hash);
  CHECK(refusal({"--render-user-data", "--agent-url", "u", "--sums", "-", "--secrets", "-"}) ==
        "--secrets - and --sums - both read standard input; give a file for one");
  for (const char* option : {"--agent-url", "--agent-sha256", "--sums"})
    CHECK(refusal({"--first-boot", option, "x"}) ==
          "--agent-url, --agent-sha256 and --sums go with --render-user-data only");
}

TEST_CASE("options: --install takes a file, and its own options go with nothing else") {
  const auto parsed = parse_options({"--install", "/b", "--signing-key=/k", "--allow-downgrade"});
  REQUIRE(parsed);
  CHECK(parsed->command == CommandName::install);
  CHECK(parsed->install == "/b");
  CHECK(parsed->signing_key == "/k");
  CHECK(parsed->allow_downgrade);
  CHECK_FALSE(parse_options({"--install=/b"})->allow_downgrade);
  CHECK(refusal({"--install"}) == "--install: needs a value");
  CHECK(refusal({"--install", "/a", "--install", "/b"}) == one_command);
  for (const char* command :
       {"--first-boot", "--reconcile", "--verify", "--plan", "--status", "--version", "--help"})
    CHECK(refusal({command, "--signing-key", "/k", "--allow-downgrade"}) ==
          "--signing-key goes with --install only\n--allow-downgrade goes with --install only");
  CHECK(refusal({"--install", "/b", "--secrets", "-"}) ==
        "--secrets goes with --first-boot, --reconcile and --render-user-data only");
}

TEST_CASE("options: each is taken with every command it goes with, and refused with every other") {
  for (const auto& row : option_table()) {
    if (row.is_command()) continue;
    CAPTURE(row.name);
    const std::string value = row.name == "format"     ? "json"
                              : row.name == "deadline" ? "15m"
                              : row.name == "session"  ? "192.0.2.1 50000 192.0.2.2 22"
                                                       : "x";
    const auto given = row.argument.empty() ? row.flag() : fmt::format("{}={}", row.flag(), value);
    for (const auto& command : option_table()) {
      if (!command.is_command()) continue;
      CAPTURE(command.name);
      const auto asked = command.argument.empty() ? command.flag() : command.flag() + "=x";
      const auto parsed = parse_options({asked, given});
      const auto message = parsed ? "" : parsed.error().message;
      CHECK((message.find(" with ") == std::string::npos) == row.goes_with(command.command));
      if (!row.goes_with(command.command))
        CHECK_MESSAGE(message.find(row.flag()) != std::string::npos, message);
    }
  }
}

TEST_CASE("options: no name and no command is in the table twice") {
  std::vector<std::string> names;
  std::vector<CommandName> commands;
  for (const auto& row : option_table()) {
    CAPTURE(row.name);
    CHECK(std::find(names.begin(), names.end(), row.name) == names.end());
    names.push_back(row.name);
    if (!row.is_command()) continue;
    CHECK(std::find(commands.begin(), commands.end(), row.command) == commands.end());
    commands.push_back(row.command);
    CHECK(row.with.empty());
  }
  CHECK(commands.size() == 12);  // the number of values of CommandName
}

TEST_CASE("options: refused options are reported once, in the order in which they were typed") {
  const std::string secrets = "--secrets goes with --first-boot, --reconcile and --render-user-data only";
  const std::string wait = "--wait goes with --status only";
  CHECK(refusal({"--version", "--wait", "--secrets=-", "--wait"}) == wait + "\n" + secrets);
  CHECK(refusal({"--version", "--sums", "x", "--wait", "--agent-url", "x"}) ==
        "--agent-url, --agent-sha256 and --sums go with --render-user-data only\n" + wait);
}

TEST_CASE("options: words that mean nothing, each named") {
  CHECK(refusal({"--verify", "--colour"}) == "--colour: no such option, or one that takes no value");
  CHECK(refusal({"--verify=yes"}) == "--verify=yes: no such option, or one that takes no value");
  CHECK(refusal({"--verify", "now"}) == "now: not an option");
  CHECK(refusal({"--verify", "--format", "xml"}) == "--format xml: text or json");
  CHECK(refusal({"--reconcile", "--profile"}) == "--profile: needs a value");
  CHECK(refusal({"--verify", "--", "--plan"}) == "--plan: not an option");
  CHECK(refusal({"--verify", "--format", "xml", "--deadline", "x", "more"}) ==
        "--format xml: text or json\n--deadline x: a time of at most a week, such as 90s, 15m or 2h\nmore: "
        "not an option");
}

TEST_CASE("options: a short option is refused by what was typed") {
  const std::string unknown = ": no such option, or one that takes no value";
  CHECK(refusal({"--verify", "-x"}) == "-x" + unknown);
  CHECK(refusal({"-vx", "--verify"}) == "-v" + unknown + "\n-x" + unknown);
}

TEST_CASE("options: an ambiguous abbreviation is refused") {
  CHECK(refusal({"--ver"}) == "--ver: no such option, or one that takes no value");
}

TEST_CASE("options: the help names every option and exit code") {
  const auto help = help_text();
  for (const auto& row : option_table()) {
    const auto shown = row.argument.empty() || row.for_units() ? row.flag() : row.flag() + " " + row.argument;
    CHECK_MESSAGE(help.find(shown) != std::string::npos, shown);
    CHECK_MESSAGE(help.find(row.help) != std::string::npos, row.help);
  }
  for (const char* word : {"\n  0  ", "\n  1  ", "\n  2  ", "\n  3  ", "\n  4  "})
    CHECK_MESSAGE(help.find(word) != std::string::npos, word);
}

TEST_CASE(
    "options: the help shows what a command may be given and what it needs, and has room for its words") {
  const auto help = help_text();
  for (const char* line :
       {"  bootstrap-agent --verify     [--profile FILE]                      compare the machine with",
        "  bootstrap-agent --status     [--wait]                              the last run's report",
        "  bootstrap-agent --render-user-data [--profile FILE] [--secrets FILE|-] --agent-url URL "
        "(--agent-sha256 HASH | --sums FILE|-)\n"
        "                                                                     a new server's user-data",
        "  bootstrap-agent --install FILE [--signing-key FILE] [--allow-downgrade]   replace the agent",
        "  bootstrap-agent --version | --help\n", "  --deadline TIME      90s, 15m, 2h: "})
    CHECK_MESSAGE(help.find(std::string("\n") + line) != std::string::npos, line);
}

}  // namespace agent
