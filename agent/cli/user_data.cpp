// SPDX-License-Identifier: Apache-2.0
#include "cli/user_data.hpp"

#include <algorithm>
#include <string_view>

#include "embedded.hpp"

namespace agent {
namespace {

// The script's text stands in scripts/operator/openclaw_server/userdata, where the operator's tool reads it
// as well: a Mac cannot run this program. What this file writes, render.py there writes alike.
//
// The beginning: the trap, because a server on which any of this goes wrong must keep no secret; `exec` at
// the end takes it away. The script itself is one of cloud-init's copies, which the agent destroys when it is
// done: no shell may still be reading it then. What cloud-init has begun, it marks (cloudinit/helpers.py,
// FileSemaphores), and does not begin again. The mark is taken away here and put back by the agent when it is
// in charge (commands/enforce.cpp), so that user-data comes again after a boot until then. The sync is also
// for what cloud-init has written itself: with its cache or sshd's keys cut short, it was seen to fail at the
// next boot.
constexpr std::string_view prologue = embedded::user_data_begin_sh;

// Without --fail, with which curl would try again after a 404, too. --globoff: brackets in a URL are no
// patterns.
constexpr std::string_view fetch = embedded::user_data_fetch_sh;

// In double quotes, where only `$` of what a URL may hold has a meaning (POSIX, 2.2.3).
std::string quoted(std::string_view url) {
  std::string out;
  for (const char c : url) out += c == '$' ? "\\$" : std::string(1, c);
  for (auto at = out.find("{arch}"); at != std::string::npos; at = out.find("{arch}", at + 2))
    out.insert(at, 1, '$');
  return '"' + out + '"';
}

// The URL and the hash of this machine's agent: the only one there is, or the one for its architecture.
std::string which_agent(const AgentSource& source) {
  const auto& hashes = source.sha256();
  if (const auto only = hashes.find(""); only != hashes.end())
    return fmt::format("url={}\nsha256={}\n", quoted(source.url()), only->second);
  std::string cases;
  for (const auto& [architecture, sha256] : hashes)
    cases += fmt::format("{}) sha256={} ;;\n", architecture, sha256);
  return fmt::format(
      "arch=$(uname -m)\nurl={}\ncase $arch in\n{}*) why=\"there is no agent for $arch\"; exit 1 ;;\nesac\n",
      quoted(source.url()), cases);
}

// Would a heredoc up to `end` lose anything of the text? A line may not be the delimiter. And dash 0.5.12
// (Debian 12) drops a byte beyond ASCII that follows what a line's beginning has in common with it.
bool loses(std::string_view text, std::string_view end) {
  for (std::size_t begin = 0; begin < text.size();) {
    const auto line = text.substr(begin, text.find('\n', begin) - begin);
    begin += line.size() + 1;
    const auto common = static_cast<std::size_t>(
        std::mismatch(line.begin(), line.end(), end.begin(), end.end()).first - line.begin());
    if (line == end ||
        (common > 0 && common < line.size() && static_cast<unsigned char>(line[common]) > 0x7F))
      return true;
  }
  return false;
}

// Writes a file of the server's. A quoted heredoc takes every byte as it stands, up to its delimiter.
Status add_file(std::string& script, std::string_view name, std::string_view content) {
  std::string end = "END";
  for (char first = 'A'; loses(content, end); ++first) {
    if (first > 'Z')
      return fail(Errc::invalid, "{} has lines of every kind that would end it; write it otherwise", name);
    end = first + std::string("-END");
  }
  script += fmt::format("cat >$dir/{}.yaml <<'{}'\n", name, end);
  script += content;
  script += (content.ends_with('\n') ? "" : "\n") + end + "\n";
  return {};
}

// cloud-init looks for this at the start of all user-data, whatever it begins with, and then reads it as
// mail.
bool taken_for_mail(std::string_view script) {
  constexpr std::string_view header = "mime-version:";
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; };
  const auto start = script.substr(0, 4096);
  return std::search(start.begin(), start.end(), header.begin(), header.end(),
                     [&](char a, char b) { return lower(a) == b; }) != start.end();
}

}  // namespace

Result<std::string> render_user_data(const UserData& from) {
  std::string script(prologue);
  script.reserve(2 * largest_user_data + from.profile.size() +
                 from.secrets.size());  // growing would leave copies of secrets
  script += which_agent(from.agent);
  script += fetch;
  std::string options;
  for (const auto& [name, content] :
       {std::pair("profile", &from.profile), std::pair("secrets", &from.secrets)}) {
    if (content->empty()) continue;
    AGENT_TRY(add_file(script, name, *content));
    options += fmt::format(" --{} $dir/{}.yaml", name, name);
  }
  // The run goes on in a unit of its own, which speaks on the console itself.
  script += fmt::format("exec $agent --first-boot{} >/dev/null\n", options);
  if (script.find('\0') != std::string::npos)
    return fail(Errc::invalid, "profile or secrets have a NUL byte, which no shell can take; remove it");
  if (taken_for_mail(script))
    return fail(Errc::invalid,
                "profile or secrets say \"MIME-Version:\", by which cloud-init takes user-data for mail; "
                "write it otherwise");
  if (script.size() > largest_user_data)
    return fail(Errc::invalid, "the user-data would have {} bytes, and Hetzner takes {}; shorten the profile",
                script.size(), largest_user_data);
  return script;
}

}  // namespace agent
