// SPDX-License-Identifier: Apache-2.0
#include "platform/process/process.hpp"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <optional>
#include <string>

#include "platform/posix/accounts.hpp"
#include "platform/posix/posix.hpp"
#include "platform/process/spawn.hpp"

namespace agent {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t output_cap = 1U << 20U;
constexpr std::size_t longest_line = 64U << 10U;
// How long to wait for output from a program's children after the program has ended.
constexpr Milliseconds grace{200};
// How long a killed program may take to exit. One that waits for a hanging device never exits, and is left to
// init.
constexpr Milliseconds dying{5'000};

// One output stream. It is kept up to the cap, and passed on line by line if there is a sink for lines.
class Output {
 public:
  Output(UniqueFd fd, std::string& kept, LineSink line)
      : fd_(std::move(fd)), kept_(kept), line_(std::move(line)) {}

  [[nodiscard]] int fd() const { return fd_.get(); }  // -1 at its end; poll(2) ignores negative numbers

  // Reads the available data. Call it only after poll(2) has reported some.
  void take() {
    std::array<char, 64U << 10U> buffer{};
    const auto got = ::read(fd_.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) return;
    if (got <= 0) return finish();
    const std::string_view text(buffer.data(), static_cast<std::size_t>(got));
    kept_.append(text.substr(0, output_cap - kept_.size()));
    if (line_) split(text);
  }

  void finish() {
    fd_.reset();
    if (line_ && !partial_.empty()) line_(partial_);
    partial_.clear();
  }

 private:
  void split(std::string_view text) {
    for (const char c : text) {
      const bool end = c == '\n' || c == '\r';  // progress bars use it to return to the begin of the line
      if (!end) partial_ += c;
      if (partial_.empty() || (!end && partial_.size() < longest_line)) continue;
      line_(partial_);
      partial_.clear();
    }
  }

  UniqueFd fd_;
  std::string& kept_;
  std::string partial_;
  LineSink line_;
};

// Milliseconds for poll(2), rounded up so that a wait never ends too early.
int until(Clock::time_point deadline) {
  const auto left = std::chrono::ceil<Milliseconds>(deadline - Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, 3'600'000));
}

// Passes output on until the program and its output have ended, or until the deadline. True if the program
// ended by itself.
bool follow(const Child& child, Output& out, Output& err, Clock::time_point deadline) {
  bool ended = false;
  for (;;) {
    std::array<pollfd, 3> waits = {
        {{out.fd(), POLLIN, 0}, {err.fd(), POLLIN, 0}, {ended ? -1 : child.exited.get(), POLLIN, 0}}};
    if (ended && out.fd() < 0 && err.fd() < 0) return true;
    const int ready = ::poll(waits.data(), waits.size(), until(deadline));
    if (ready < 0 && errno == EINTR) continue;
    if (waits[0].revents != 0) out.take();
    if (waits[1].revents != 0) err.take();
    if (waits[2].revents != 0) {
      ended = true;
      deadline = std::min(deadline, Clock::now() + grace);
    }
    if (Clock::now() >= deadline) return ended;
  }
}

// Kills the rest of the group, then reaps the leader. In this order, because the id cannot be reused before
// the leader is reaped.
int end(const Child& child) {
  ::kill(-child.pid, SIGKILL);
  ::kill(child.pid, SIGKILL);  // before its setsid(2) it has no own group
  pollfd gone{child.exited.get(), POLLIN, 0};
  for (const auto deadline = Clock::now() + dying; ::poll(&gone, 1, until(deadline)) < 0 && errno == EINTR;) {
  }
  int status = SIGKILL;
  while (::waitpid(child.pid, &status, WNOHANG) < 0 && errno == EINTR) {
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

Result<Identity> identity_of(const User& user) {
  AGENT_TRY_ASSIGN(auto groups, with_context(group_ids(user), "the groups of " + user.name));
  return Identity{user.uid, user.gid, std::move(groups)};
}

}  // namespace

Result<Completed> run_process(const Command& command, const LineSink& line) {
  if (command.argv.empty()) return fail(Errc::invalid, "run: an empty command");
  const auto deadline = Clock::now() + command.timeout;
  std::optional<Identity> identity;
  if (command.user) {
    AGENT_TRY_ASSIGN(auto found, with_context(identity_of(*command.user), "run " + command.argv.front()));
    identity = std::move(found);
  }
  AGENT_TRY_ASSIGN(auto child, with_context(spawn(command, identity ? &*identity : nullptr),
                                            "run " + command.argv.front()));

  Completed result;
  const LineSink log = command.log_output ? line : LineSink{};
  const LineSink watch = [&](std::string_view text) {
    if (text.starts_with(command.hold_input_until)) child.in.reset();
    if (log) log(text);
  };
  Output out(std::move(child.out), result.out, command.hold_input_until.empty() ? log : watch);
  Output err(std::move(child.err), result.err, log);
  result.timed_out = !follow(child, out, err, deadline);
  result.exit_code = end(child);
  out.finish();
  err.finish();

  StartFailure failure{};
  if (::read(child.status.get(), &failure, sizeof failure) == static_cast<ssize_t>(sizeof failure))
    return fail(failure.error == ENOENT ? Errc::not_found : Errc::failed, "{}", describe(failure, command));
  return result;
}

}  // namespace agent
