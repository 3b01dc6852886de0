// SPDX-License-Identifier: Apache-2.0
#include "cli/user_data.hpp"

#include <algorithm>
#include <string_view>

#include "embedded.hpp"

namespace agent {
namespace {

// The text is in scripts/operator/openclaw_server/userdata: the operator's tool reads it too, because a Mac
// cannot run this program. render.py there writes the same bytes as this file.
//
// The trap removes all secrets when any step fails; `exec` at the end removes the trap. The script is run by
// `exec` also because the script file is one of cloud-init's copies: when the agent destroys it, no shell may
// still be reading it. cloud-init marks what it has started (cloudinit/helpers.py, FileSemaphores) and does
// not start it again. The script removes that mark, and the agent writes it again when it has taken over
// (commands/enforce.cpp). So user-data runs again at the next boot until the agent has taken over. The sync
// is also for cloud-init's own files: with an incomplete cache or incomplete sshd keys, cloud-init was seen
// to fail at the next boot.
constexpr std::string_view prologue = embedded::user_data_begin_sh;

// No --fail: with it curl would also try again after a 404. --globoff: brackets in a URL are not patterns.
constexpr std::string_view fetch = embedded::user_data_fetch_sh;

// In double quotes, `$` is the only character of a URL with a special meaning (POSIX, 2.2.3).
std::string quoted(std::string_view url) {
  std::string out;
  for (const char c : url) out += c == '$' ? "\\$" : std::string(1, c);
  for (auto at = out.find("{arch}"); at != std::string::npos; at = out.find("{arch}", at + 2))
    out.insert(at, 1, '$');
  return '"' + out + '"';
}

// The shell lines that set the URL and the hash of the agent: the only one, or the one for the machine's
// architecture.
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

// Whether a heredoc with the delimiter `end` would lose a part of the text. No line may be equal to the
// delimiter. And when a line begins like the delimiter, dash 0.5.12 (Debian 12) drops a non-ASCII byte that
// follows the common part.
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

// Adds the lines that write a file on the server. A quoted heredoc keeps every byte up to its delimiter.
Status add_file(std::string& script, std::string_view name, std::string_view content) {
  std::string end = "END";
  for (char first = 'A'; loses(content, end); ++first) {
    if (first > 'Z')
      return fail(
          Errc::invalid,
          "{} has a line for every mark that could end it (END, A-END to Z-END); remove one of these lines",
          name);
    end = first + std::string("-END");
  }
  script += fmt::format("cat >$dir/{}.yaml <<'{}'\n", name, end);
  script += content;
  script += (content.ends_with('\n') ? "" : "\n") + end + "\n";
  return {};
}

// cloud-init searches the start of all user-data for this header. If it finds the header, it reads the
// user-data as mail.
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
                 from.secrets.size());  // a growing string would leave copies of secrets
  script += which_agent(from.agent);
  script += fetch;
  std::string options;
  for (const auto& [name, content] :
       {std::pair("profile", &from.profile), std::pair("secrets", &from.secrets)}) {
    if (content->empty()) continue;
    AGENT_TRY(add_file(script, name, *content));
    options += fmt::format(" --{} $dir/{}.yaml", name, name);
  }
  // The run continues in its own unit, which writes to the console itself.
  script += fmt::format("exec $agent --first-boot{} >/dev/null\n", options);
  if (script.find('\0') != std::string::npos)
    return fail(Errc::invalid, "profile or secrets contain a NUL byte, which a shell cannot read; remove it");
  if (taken_for_mail(script))
    return fail(Errc::invalid,
                "profile or secrets contain \"MIME-Version:\", so cloud-init would read the user-data as "
                "mail; write it differently");
  if (script.size() > largest_user_data)
    return fail(Errc::invalid,
                "the user-data would have {} bytes, but Hetzner accepts {}; shorten the profile",
                script.size(), largest_user_data);
  return script;
}

}  // namespace agent
