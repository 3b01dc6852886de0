// SPDX-License-Identifier: Apache-2.0
// User-data: a shell reads exactly the given bytes from the script, and runs nothing else of them. Input: the
// URL's path, the profile and the secrets, with a line `%` between the last two.
#include "cli/user_data.hpp"

#include "fuzz.hpp"

namespace agent::fuzz {
namespace {

const std::string hash(64, 'a');

// Removes `text` from the front of the script.
bool take(std::string_view& script, std::string_view text) {
  if (!script.starts_with(text)) return false;
  script.remove_prefix(text.size());
  return true;
}

// Reads a file like a shell does (POSIX, 2.7.4): the lines before the first delimiter line.
std::string take_file(std::string_view& script, std::string_view name) {
  require(take(script, fmt::format("cat >$dir/{}.yaml <<'", name)), "the file comes next");
  const auto end = std::string(script.substr(0, script.find('\'')));
  require(!end.empty() && take(script, end + "'\n"), "the delimiter is quoted");
  std::string content;
  while (!script.empty()) {
    const auto line = script.substr(0, script.find('\n'));
    script.remove_prefix(std::min(line.size() + 1, script.size()));
    if (line == end) return content;
    content.append(line).append("\n");
  }
  require(false, "the delimiter comes");
  return content;
}

std::string whole_lines(const std::string& text) { return text.ends_with('\n') ? text : text + "\n"; }

// The value of a word in double quotes for a shell on x86_64.
std::string expanded(std::string_view word) {
  std::string out;
  while (!word.empty()) {
    if (take(word, "${arch}")) {
      out += "x86_64";
    } else if (take(word, "\\$")) {
      out += '$';
    } else {
      require(std::string_view("$\\`\"").find(word.front()) == std::string_view::npos,
              "nothing else has a meaning to a shell");
      out += word.front();
      word.remove_prefix(1);
    }
  }
  return out;
}

std::string with_arch(std::string url) {
  for (auto at = url.find("{arch}"); at != std::string::npos; at = url.find("{arch}"))
    url.replace(at, 6, "x86_64");
  return url;
}

void check_url(const std::string& script, const std::string& url) {
  const auto begin = script.find("\nurl=\"") + 6;
  require(expanded(std::string_view(script).substr(begin, script.find('\n', begin) - begin - 1)) ==
              with_arch(url),
          "the URL is the one that was given");
}

}  // namespace

void run(std::string_view input) {
  const auto given = parts(input, 2);
  const auto middle = std::min(given[1].find("\n%\n"), given[1].size());
  const auto url = "https://mirror.test/" + given[0];
  auto agent = AgentSource::pinned(url, hash);
  if (!agent)
    agent =
        AgentSource::in_sums(url, fmt::format("{}  agent-x86_64\n{}  agent-aarch64\n", hash, hash), "sums");
  if (!agent) return;
  const UserData from{std::move(*agent), given[1].substr(0, middle),
                      given[1].substr(std::min(middle + 3, given[1].size()))};
  const auto rendered = render_user_data(from);
  if (!rendered) return require_error(rendered.error(), {Errc::invalid});
  require(rendered->size() <= largest_user_data, "it is no larger than allowed");
  check_url(*rendered, url);

  constexpr std::string_view before_files = "\nwhy=\"cannot write to $dir\"\n";
  std::string_view script = *rendered;
  script.remove_prefix(script.find(before_files, script.find(before_files) + 1) + before_files.size());
  std::string options;
  if (!from.profile.empty()) {
    require(take_file(script, "profile") == whole_lines(from.profile), "the profile arrives as it is");
    options += " --profile $dir/profile.yaml";
  }
  if (!from.secrets.empty()) {
    require(take_file(script, "secrets") == whole_lines(from.secrets), "the secrets arrive as they are");
    options += " --secrets $dir/secrets.yaml";
  }
  require(script == fmt::format("exec $agent --first-boot{} >/dev/null\n", options), "nothing else is run");
}

}  // namespace agent::fuzz
