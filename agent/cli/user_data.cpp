// SPDX-License-Identifier: Apache-2.0
#include "cli/user_data.hpp"

#include <algorithm>
#include <string_view>

namespace agent {
namespace {

// The trap removes all secrets when any step fails; `exec` at the end removes the trap. The script is run by
// `exec` also because the script file is one of cloud-init's copies: when the agent destroys it, no shell may
// still be reading it. cloud-init marks what it has started (cloudinit/helpers.py, FileSemaphores) and does
// not start it again. The script removes that mark, and the agent writes it again when it has taken over
// (commands/enforce.cpp). So user-data runs again at the next boot until the agent has taken over. The sync
// is also for cloud-init's own files: with an incomplete cache or incomplete sshd keys, cloud-init was seen
// to fail at the next boot.
constexpr std::string_view prologue = R"sh(#!/bin/sh
# bootstrap-agent --render-user-data: fetches the agent, checks its SHA-256, starts its first boot.
set -eu
umask 077
# The console alone: the logs have more readers than root.
(: >/dev/console) 2>/dev/null && exec >/dev/console || exec >/dev/null
exec 2>&1
dir=/root/bootstrap-agent
agent=$dir/bootstrap-agent
# Unless the agent takes over: nothing executable stays, no copy of user-data, and one line says why.
undo() {
  set +e
  shred -u "$0" instances/*/user-data.txt* instances/*/cloud-config.txt \
    instances/*/obj.pkl seed/*/user-data $dir/* 2>/dev/null
  rm -rf $dir
  printf 'bootstrap-agent: not started: %s\n' "$why"
}
why=stopped
trap undo EXIT
trap 'exit 1' HUP INT TERM
cd /var/lib/cloud
# Power may go. cloud-init takes what has begun for done, and syncs nothing.
rm -f instance/sem/config_scripts_user && sync -f . || :

)sh";

// No --fail: with it curl would also try again after a 404. --globoff: brackets in a URL are not patterns.
constexpr std::string_view fetch = R"sh(why="cannot write to $dir"
mkdir -p $dir
# Up to 21 times in 10 minutes; a final answer, such as 404, ends it.
got=$(curl --silent --location --globoff --proto =https --connect-timeout 15 --max-time 180 \
  --retry 20 --retry-delay 3 --retry-all-errors --retry-max-time 600 \
  --output $agent --write-out 'HTTP %{http_code} %{errormsg}' "$url" 2>/dev/null) || got=${got:-no curl}
why="cannot fetch $url: ${got% }"
[ "$got" = 'HTTP 200 ' ]
has=$(sha256sum <$agent)
why="$url has SHA-256 ${has%% *}, expected $sha256"
[ "$has" = "$sha256  -" ]
chmod 700 $agent
why="$url does not run here ($(uname -m))"
$agent --version >/dev/null 2>&1

why="cannot write to $dir"
)sh";

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
