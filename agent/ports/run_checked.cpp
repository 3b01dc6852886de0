// SPDX-License-Identifier: Apache-2.0
#include "ports/run_checked.hpp"

#include <sstream>

#include "secrets/redact.hpp"

namespace agent {
namespace {

constexpr std::size_t longest = 400;

// "ufw default", "sshd -t", "useradd": enough to identify the call.
std::string name_of(const Command& command) {
  const auto& program = command.argv.front();
  auto name = program.substr(program.rfind('/') + 1);
  if (command.argv.size() > 1 && command.argv[1].size() <= 12 &&
      command.argv[1].find('/') == std::string::npos)
    name += " " + command.argv[1];
  return name;
}

std::string one_line(const std::string& text) {
  std::istringstream lines(text);
  std::string out;
  for (std::string line; std::getline(lines, line);) {
    const auto end = line.find_last_not_of(" \t\r");
    if (end == std::string::npos) continue;
    out += (out.empty() ? "" : "; ") + line.substr(0, end + 1);
  }
  return out;
}

Result<Completed> checked(const Command& command, Result<Completed>&& done) {
  if (!done) return pass(std::move(done), name_of(command));
  if (done->ok()) return std::move(done);
  return fail(done->timed_out ? Errc::timed_out : Errc::failed, "{}: {}", name_of(command),
              failure_text(command, *done));
}

}  // namespace

std::string failure_text(const Command& command, const Completed& completed) {
  if (completed.timed_out) return fmt::format("did not end within {} s", command.timeout.count() / 1000);
  auto text = one_line(completed.err);
  if (text.empty()) text = one_line(completed.out);
  if (text.empty()) return fmt::format("exit code {}", completed.exit_code);
  return redact(text).substr(
      0, longest);  // redacted before it is shortened: a part of a secret would not be recognized
}

Result<Completed> run_checked(Host& host, const Command& command) {
  return checked(command, host.run(command));
}

Result<Completed> query_checked(const Probe& probe, const Query& query) {
  return checked(query.command(), probe.query(query));
}

}  // namespace agent
