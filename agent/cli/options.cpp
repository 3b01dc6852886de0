#include "cli/options.hpp"

#include <getopt.h>

#include <array>
#include <charconv>
#include <sstream>

namespace agent {
namespace {

enum Flag : int {
  flag_command = 1000,
  flag_profile = 2000,
  flag_secrets,
  flag_format,
  flag_wait,
  flag_deadline,
  flag_agent_url,
  flag_agent_sha256,
  flag_sums,
  flag_signing_key,
  flag_allow_downgrade,
  flag_session
};

constexpr int code(CommandName command) { return flag_command + static_cast<int>(command); }

const std::array<option, 24> known = {{
    {"first-boot", no_argument, nullptr, code(CommandName::first_boot)},
    {"reconcile", no_argument, nullptr, code(CommandName::reconcile)},
    {"verify", no_argument, nullptr, code(CommandName::verify)},
    {"plan", no_argument, nullptr, code(CommandName::plan)},
    {"status", no_argument, nullptr, code(CommandName::status)},
    {"install", required_argument, nullptr, code(CommandName::install)},
    {"version", no_argument, nullptr, code(CommandName::version)},
    {"help", no_argument, nullptr, code(CommandName::help)},
    {"worker", no_argument, nullptr, code(CommandName::worker)},
    {"boot", no_argument, nullptr, code(CommandName::boot)},
    {"revert", no_argument, nullptr, code(CommandName::revert)},
    {"render-user-data", no_argument, nullptr, code(CommandName::render_user_data)},
    {"profile", required_argument, nullptr, flag_profile},
    {"secrets", required_argument, nullptr, flag_secrets},
    {"format", required_argument, nullptr, flag_format},
    {"wait", no_argument, nullptr, flag_wait},
    {"deadline", required_argument, nullptr, flag_deadline},
    {"agent-url", required_argument, nullptr, flag_agent_url},
    {"agent-sha256", required_argument, nullptr, flag_agent_sha256},
    {"sums", required_argument, nullptr, flag_sums},
    {"signing-key", required_argument, nullptr, flag_signing_key},
    {"allow-downgrade", no_argument, nullptr, flag_allow_downgrade},
    {"session", required_argument, nullptr, flag_session},
    {nullptr, 0, nullptr, 0},
}};

// 90, 90s, 15m or 2h.
std::optional<std::chrono::seconds> duration(std::string_view text) {
  long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string_view unit(end, static_cast<std::size_t>(text.data() + text.size() - end));
  constexpr long longest = 7L * 24 * 3600;
  const long factor = unit == "h" ? 3600 : unit == "m" ? 60 : unit == "s" || unit.empty() ? 1 : 0;
  if (error != std::errc() || factor == 0 || value <= 0 || value > longest / factor) return std::nullopt;
  return std::chrono::seconds(value * factor);
}

struct Parser {
  Options options;
  int commands = 0;
  std::string problems;

  void problem(const std::string& line) { problems += (problems.empty() ? "" : "\n") + line; }

  void take(int flag, const char* argument) {
    switch (flag) {
      case flag_profile: options.profile = argument; break;
      case flag_secrets: options.secrets = argument; break;
      case flag_wait: options.wait = true; break;
      case flag_format: format(argument); break;
      case flag_deadline: deadline(argument); break;
      case flag_agent_url: options.agent_url = argument; break;
      case flag_agent_sha256: options.agent_sha256 = argument; break;
      case flag_sums: options.sums = argument; break;
      case flag_signing_key: options.signing_key = argument; break;
      case flag_session: session(argument); break;
      case flag_allow_downgrade: options.allow_downgrade = true; break;
      case code(CommandName::install): options.install = argument; [[fallthrough]];
      default:
        ++commands;
        options.command = static_cast<CommandName>(flag - flag_command);
    }
  }

  void format(std::string_view value) {
    if (value == "json")
      options.format = Format::json;
    else if (value != "text")
      problem(fmt::format("--format {}: text or json", value));
  }

  void deadline(const char* value) {
    if (const auto parsed = duration(value))
      options.deadline = *parsed;
    else
      problem(fmt::format("--deadline {}: a time of at most a week, such as 90s, 15m or 2h", value));
  }

  void session(const char* value) {
    options.session = ssh_session(value);
    if (!options.session) problem(fmt::format("--session {}: not what sshd says in SSH_CONNECTION", value));
  }

  void check_combinations() {
    using enum CommandName;
    const auto command = options.command;
    const bool enforces = command == first_boot || command == reconcile;
    const bool renders = command == render_user_data;
    if (commands != 1)
      problem("give exactly one of --first-boot, --reconcile, --verify, --plan, --status, --render-user-data, --install, --version, --help");
    if (!options.secrets.empty() && !enforces && !renders)
      problem("--secrets goes with --first-boot, --reconcile and --render-user-data only");
    if (!options.profile.empty() && !enforces && !renders && command != verify && command != plan)
      problem("--profile goes with --first-boot, --reconcile, --verify, --plan and --render-user-data only");
    if (!renders && !(options.agent_url + options.agent_sha256 + options.sums).empty())
      problem("--agent-url, --agent-sha256 and --sums go with --render-user-data only");
    if (renders && options.agent_url.empty()) problem("--render-user-data needs --agent-url: where the server gets the agent");
    if (renders && options.agent_sha256.empty() == options.sums.empty())
      problem("--render-user-data needs the agent's hash: --agent-sha256 or --sums, one of them");
    if (options.secrets == "-" && options.sums == "-") problem("--secrets - and --sums - both want standard input; give a file for one");
    if (!options.signing_key.empty() && command != install) problem("--signing-key goes with --install only");
    if (options.allow_downgrade && command != install) problem("--allow-downgrade goes with --install only");
    if (options.session && command != worker) problem("--session goes with --worker only");
    if (options.wait && command != status) problem("--wait goes with --status only");
  }
};

}  // namespace

std::optional<NewConnection> ssh_session(const std::string& text) {
  std::istringstream words(text);
  NewConnection connection;
  std::uint16_t their_port = 0;
  std::string rest;
  if (!(words >> connection.from >> their_port >> connection.to >> connection.port) || words >> rest) return std::nullopt;
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
  optind = 0;  // getopt_long(3): start over, also in a test that parses twice
  opterr = 0;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): the command line is read before any thread is started
  for (int flag = 0; (flag = getopt_long(static_cast<int>(words.size()), argv.data(), ":", known.data(), nullptr)) != -1;) {
    const bool one_letter = flag == '?' && optopt > 0 && optopt < flag_command;  // of "-vx", say, in the middle of a word
    const std::string word = one_letter ? fmt::format("-{:c}", optopt) : argv[static_cast<std::size_t>(optind) - 1];
    if (flag == '?')
      parser.problem(word + ": no such option, or one that takes no value");
    else if (flag == ':')
      parser.problem(word + ": needs a value");
    else if (optarg != nullptr && *optarg == '\0')
      parser.problem(word + ": its value is empty");  // of a variable that is not set
    else
      parser.take(flag, optarg != nullptr ? optarg : "");
  }
  for (auto at = static_cast<std::size_t>(optind); at < words.size(); ++at)
    parser.problem(fmt::format("{}: not an option", argv[at]));
  if (parser.problems.empty()) parser.check_combinations();
  if (!parser.problems.empty()) return fail(Errc::invalid, "{}\nsee bootstrap-agent --help", parser.problems);
  return parser.options;
}

std::string help_text() {
  return R"(bootstrap-agent: takes a bare server to a verified OpenClaw gateway that only the tailnet can reach.

  bootstrap-agent --first-boot [--profile FILE] [--secrets FILE|-]   install, converge, seal; resumes after a reboot
  bootstrap-agent --reconcile  [--profile FILE] [--secrets FILE|-]   converge again: repairs drift, changes nothing else
  bootstrap-agent --verify     [--profile FILE]                      compare the machine with the profile; writes nothing
  bootstrap-agent --plan       [--profile FILE]                      what --reconcile would do, and in which order
  bootstrap-agent --status     [--wait]                              the last run's report; --wait: until a run has ended
  bootstrap-agent --render-user-data [--profile FILE] [--secrets FILE|-] --agent-url URL (--agent-sha256 HASH | --sums FILE|-)
                                                                     a new server's user-data; needs no root
  bootstrap-agent --install FILE [--signing-key FILE] [--allow-downgrade]   replace the agent by a signed binary
  bootstrap-agent --version | --help

  --format text|json   reports as a table (default) or as JSON (docs/report.schema.json)
  --deadline TIME      90s, 15m, 2h: when the run must be over (default: 45m; --verify and --plan 5m)

A profile given to --first-boot or --reconcile is installed as /etc/bootstrap-agent/profile.yaml and holds from then on.
The secrets file (YAML; 0600) may hold tailscale_auth_key, anthropic_token, gateway_token (or the word generate),
webhook_url. --first-boot wipes it once read, and the seal overwrites what it finds of them, in such a file on the server as well.
{arch} in the URL stands for x86_64 or aarch64; FILE is a SHA256SUMS that lists the URL's file by its name.
--install takes FILE only with FILE.minisig beside it, by the key that is built in (--version names it) or that --signing-key holds;
the binary before it is kept as /usr/local/sbin/bootstrap-agent.previous.
An enforcing run goes on as a systemd unit: closing the terminal does not end it. --boot, --worker and --revert are used by units.

Exit codes:
  0  in sync, or converged
  1  a resource failed, was blocked or ran past its deadline, or drifted and cannot be fixed with what is at hand
  2  drift, or something could not be seen (--verify, --plan); never ran, or was ended from outside (--status)
  3  bad usage, profile or secrets, or a binary that --install refuses
  4  another agent is running
)";
}

}  // namespace agent
