// SPDX-License-Identifier: Apache-2.0
#include "cli/options.hpp"

#include <getopt.h>

#include <algorithm>
#include <sstream>

#include "cli/option_table.hpp"

namespace agent {
namespace {

constexpr int first_row =
    1000;  // greater than all characters, because getopt_long(3) returns a character for a wrong short option

// getopt_long(3) returns first_row + i for row i of the table.
std::vector<option> long_options() {
  std::vector<option> options;
  int code = first_row;
  for (const auto& row : option_table())
    options.push_back(
        {row.name.c_str(), row.argument.empty() ? no_argument : required_argument, nullptr, code++});
  options.push_back({nullptr, 0, nullptr, 0});
  return options;
}

// "--a and --b go with --c only". The needed options of a command are named together.
std::string misplaced(const OptionRow& row) {
  std::vector<std::string> refused;
  std::vector<std::string> commands;
  for (const auto& other : option_table()) {
    if (other.is_command() && row.goes_with(other.command)) commands.push_back(other.flag());
    const bool of_a_kind = row.is_needed() && other.is_needed() && other.with == row.with;
    if (&other == &row || of_a_kind) refused.push_back(other.flag());
  }
  return fmt::format("{} {} with {} only", listed(refused), refused.size() == 1 ? "goes" : "go",
                     listed(commands));
}

std::string one_command() {
  std::string names;
  for (const auto& row : option_table())
    if (row.kind == RowKind::command) names += (names.empty() ? "" : ", ") + row.flag();
  return "give exactly one of " + names;
}

struct Parser {
  Options options;
  int commands = 0;
  std::vector<const OptionRow*> given;
  std::vector<std::string> problems;

  void problem(const std::string& line) { problems.push_back(line); }

  void take(const OptionRow& row, const std::string& value) {
    if (row.is_command()) {
      ++commands;
      options.command = row.command;
    } else {
      given.push_back(&row);
    }
    if (row.take == nullptr) return;
    if (const auto wrong = row.take(options, value); !wrong.empty())
      problem(fmt::format("{} {}: {}", row.flag(), value, wrong));
  }

  void check_combinations() {
    if (commands != 1) problem(one_command());
    for (const auto* row : given) {
      if (row->goes_with(options.command)) continue;
      const auto line = misplaced(*row);
      if (std::find(problems.begin(), problems.end(), line) == problems.end()) problem(line);
    }
    if (options.command == CommandName::render_user_data) {
      if (options.agent_url.empty())
        problem("--render-user-data needs --agent-url: where the server gets the agent");
      if (options.agent_sha256.empty() == options.sums.empty())
        problem("--render-user-data needs the agent's hash: --agent-sha256 or --sums, one of them");
    }
    if (options.secrets == "-" && options.sums == "-")
      problem("--secrets - and --sums - both read standard input; give a file for one");
  }
};

}  // namespace

std::optional<NewConnection> ssh_session(const std::string& text) {
  std::istringstream words(text);
  NewConnection connection;
  std::uint16_t their_port = 0;
  std::string rest;
  if (!(words >> connection.from >> their_port >> connection.to >> connection.port) || words >> rest)
    return std::nullopt;
  return connection;
}

Result<Options> parse_options(const std::vector<std::string>& arguments) {
  std::vector<std::string> words = {"bootstrap-agent"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  std::vector<char*> argv;
  argv.reserve(words.size() + 1);
  for (auto& word : words) argv.push_back(word.data());
  argv.push_back(nullptr);

  Parser parser;
  const auto known = long_options();
  optind = 0;  // getopt_long(3): start over, also in a test that parses twice
  opterr = 0;
  const auto next = [&] {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): the command line is read before any thread is started
    return getopt_long(static_cast<int>(words.size()), argv.data(), ":", known.data(), nullptr);
  };
  for (int flag = next(); flag != -1; flag = next()) {
    // For example in "-vx", in the middle of a word.
    const bool one_letter = flag == '?' && optopt > 0 && optopt < first_row;
    const std::string word =
        one_letter ? fmt::format("-{:c}", optopt) : argv[static_cast<std::size_t>(optind) - 1];
    if (flag == '?')
      parser.problem(word + ": no such option, or one that takes no value");
    else if (flag == ':')
      parser.problem(word + ": needs a value");
    else if (optarg != nullptr && *optarg == '\0')
      parser.problem(word + ": its value is empty");  // for example from a variable that is not set
    else
      parser.take(option_table()[static_cast<std::size_t>(flag - first_row)],
                  optarg != nullptr ? optarg : "");
  }
  for (auto at = static_cast<std::size_t>(optind); at < words.size(); ++at)
    parser.problem(fmt::format("{}: not an option", argv[at]));
  if (parser.problems.empty()) parser.check_combinations();
  if (!parser.problems.empty())
    return fail(Errc::invalid, "{}\nsee bootstrap-agent --help", fmt::join(parser.problems, "\n"));
  return parser.options;
}

}  // namespace agent
