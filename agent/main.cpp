// SPDX-License-Identifier: Apache-2.0
// Only dispatch.
#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <exception>

#include "cli/options.hpp"
#include "commands/commands.hpp"
#include "platform/posix/memory.hpp"
#include "platform/posix/nss.hpp"
#include "secrets/redact.hpp"

namespace {

int dispatch(const agent::Options& options) {
  using enum agent::CommandName;
  switch (options.command) {
    case first_boot:
    case reconcile:
      return agent::enforce_command(options);
    case verify:
    case plan:
      return agent::check_command(options);
    case status:
      return agent::status_command(options);
    case install:
      return agent::install_command(options);
    case worker:
      return agent::worker_command(options);
    case boot:
      return agent::boot_command(options);
    case revert:
      return agent::revert_command(options);
    case render_user_data:
      return agent::render_command(options);
    case version:
      return agent::version_command(options);
    case help:
      fmt::print("{}", agent::help_text());
      return agent::exit_ok;
  }
  return agent::exit_usage;
}

}  // namespace

int main(int argc, char** argv) try {
  agent::keep_memory_private();
  agent::pin_nss();
  // The caller may have closed stdin, stdout or stderr. A file opened later must not get one of these
  // numbers.
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd)
    if (::fcntl(fd, F_GETFD) == -1 && ::open("/dev/null", O_RDWR) != fd) return agent::exit_failed;
  auto options = agent::parse_options({argv + 1, argv + argc});
  if (!options) return agent::complain(options.error(), agent::exit_usage);
  return dispatch(*options);
} catch (const std::exception& error) {
  fmt::print(stderr, "bootstrap-agent: unexpected error: {}\n", agent::redact(error.what()));
  return agent::exit_failed;
}
