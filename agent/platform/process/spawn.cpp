// SPDX-License-Identifier: Apache-2.0
#include "platform/process/spawn.hpp"

#include <fcntl.h>
#include <linux/close_range.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <string_view>

#include "platform/posix/memory.hpp"
#include "platform/posix/posix.hpp"

namespace agent {
namespace {

using Stage = StartFailure::Stage;
constexpr const char* standard_path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

struct Pipe {
  UniqueFd reading;
  UniqueFd writing;
};

// Everything that the child needs. It is made before the fork, because memory must not be allocated after it
// (signal-safety(7)).
struct Prepared {
  std::vector<std::string> programs;  // to be tried in this order
  std::vector<std::string> environment;
  std::vector<char*> argv;
  std::vector<char*> envp;
};

Prepared prepare(const Command& command) {
  Prepared made;
  std::string path = standard_path;
  for (const auto& [name, value] : command.env) {
    made.environment.push_back(fmt::format("{}={}", name, value));
    if (name == "PATH") path = value;
  }
  if (command.env.count("PATH") == 0) made.environment.push_back("PATH=" + path);
  for (auto& line : made.environment) made.envp.push_back(line.data());
  made.envp.push_back(nullptr);
  for (const auto& argument : command.argv) made.argv.push_back(const_cast<char*>(argument.c_str()));
  made.argv.push_back(nullptr);

  const auto& program = command.argv.front();
  if (program.find('/') != std::string::npos) {
    made.programs.push_back(program);
    return made;
  }
  for (std::size_t begin = 0; begin <= path.size();) {
    const auto end = std::min(path.find(':', begin), path.size());
    if (end > begin) made.programs.push_back(path.substr(begin, end - begin) + "/" + program);
    begin = end + 1;
  }
  return made;
}

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail_errno(errno, "pipe2");
  return Pipe{UniqueFd(ends[0]), UniqueFd(ends[1])};
}

// The child's input. `writing` is set only if the input must be held open.
Result<Pipe> input_of(const Command& command) {
  Pipe input;
  if (!command.hold_input_until.empty()) {
    auto pipe = make_pipe();
    if (!pipe) return pipe;
    ::fcntl(pipe->writing.get(), F_SETFL,
            O_NONBLOCK);  // all is written now, so it must fit into the pipe: 64 KiB (pipe(7))
    AGENT_TRY(write_all(pipe->writing.get(), command.input, "write the input"));
    return pipe;
  }
  if (command.input.empty()) {
    input.reading.reset(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    if (!input.reading) return fail_errno(errno, "open /dev/null");
    return input;
  }
  // A file in memory, not a pipe: so nothing must be written while the output is read.
  input.reading.reset(::memfd_create("input", MFD_CLOEXEC));
  if (!input.reading) return fail_errno(errno, "memfd_create");
  AGENT_TRY(write_all(input.reading.get(), command.input, "write the input"));
  if (::lseek(input.reading.get(), 0, SEEK_SET) != 0) return fail_errno(errno, "rewind the input");
  return input;
}

struct StandardFiles {
  int in;
  int out;
  int err;
};

bool redirect(const StandardFiles& files) {
  return ::dup2(files.in, STDIN_FILENO) >= 0 && ::dup2(files.out, STDOUT_FILENO) >= 0 &&
         ::dup2(files.err, STDERR_FILENO) >= 0;
}

[[noreturn]] void give_up(int status, Stage stage) {
  const StartFailure failure{stage, errno};
  // A failure of this write cannot be reported.
  [[maybe_unused]] const auto written = ::write(status, &failure, sizeof failure);
  ::_exit(127);
}

// Runs in the child: only async-signal-safe calls are allowed.
[[noreturn]] void start(const Command& command, const Identity* identity, const Prepared& made,
                        const StandardFiles& files, int status) {
  for (int number = 1; number < NSIG; ++number)
    ::signal(number, SIG_DFL);  // an error for SIGKILL does not matter
  sigset_t none;
  ::sigemptyset(&none);
  ::pthread_sigmask(SIG_SETMASK, &none, nullptr);
  if (::setsid() < 0) give_up(status, Stage::session);
  if (!redirect(files)) give_up(status, Stage::standard_files);
  // A second protection, for files that a library may have opened without O_CLOEXEC. Kernels before 5.11 do
  // not have it.
  ::syscall(SYS_close_range, 3U, ~0U, CLOSE_RANGE_CLOEXEC);
  ::umask(identity != nullptr ? 077 : 022);
  if (identity != nullptr && become(*identity) != nullptr) give_up(status, Stage::identity);
  if (::chdir(command.directory.c_str()) != 0) give_up(status, Stage::directory);
  restore_core_limit();
  int error = ENOENT;
  for (const auto& program : made.programs) {
    ::execve(program.c_str(), made.argv.data(), made.envp.data());
    if (errno != ENOENT && errno != ENOTDIR)
      error = errno;  // like execvp(3): a later directory may have the program
  }
  errno = error;
  give_up(status, Stage::program);
}

}  // namespace

const char* become(const Identity& identity) {
  // Raw system calls: the C library's functions would change every thread of the process (nptl(7)), but a
  // forked child has no other threads.
  if (::syscall(SYS_setgroups, identity.groups.size(), identity.groups.data()) != 0) return "setgroups";
  if (::syscall(SYS_setresgid, identity.gid, identity.gid, identity.gid) != 0) return "setresgid";
  // Signals are blocked, so that the user cannot raise the core dump limit and send SIGQUIT before dumps are
  // forbidden.
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const auto failed = ::syscall(SYS_setresuid, identity.uid, identity.uid, identity.uid) != 0;
  forbid_dumps();
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return failed ? "setresuid" : nullptr;
}

std::string describe(const StartFailure& failure, const Command& command) {
  const auto why = errno_text(failure.error);
  const auto& program = command.argv.front();
  switch (failure.stage) {
    case Stage::session:
      return fmt::format("run {}: setsid: {}", program, why);
    case Stage::standard_files:
      return fmt::format("run {}: dup2 of its standard files: {}", program, why);
    case Stage::identity:
      return fmt::format("run {} as {}: {}", program, command.user ? command.user->name : "?", why);
    case Stage::directory:
      return fmt::format("run {}: chdir to {}: {}", program, command.directory, why);
    case Stage::program:
      break;
  }
  if (failure.error == ENOENT && program.find('/') == std::string::npos)
    return fmt::format("run {}: no such program on its PATH", program);
  return fmt::format("run {}: execve: {}", program, why);
}

Result<Child> spawn(const Command& command, const Identity* identity) {
  const auto made = prepare(command);
  AGENT_TRY_ASSIGN(auto input, input_of(command));
  AGENT_TRY_ASSIGN(auto out, make_pipe());
  AGENT_TRY_ASSIGN(auto err, make_pipe());
  AGENT_TRY_ASSIGN(auto status, make_pipe());
  const StandardFiles files{input.reading.get(), out.writing.get(), err.writing.get()};

  // Signals are blocked, so that none runs a handler of the agent in the child.
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  ::pthread_sigmask(SIG_SETMASK, &all, &before);
  const pid_t pid = ::fork();
  const int error = errno;
  if (pid == 0) start(command, identity, made, files, status.writing.get());
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (pid < 0) return fail_errno(error, "fork");

  Child child;
  child.pid = pid;
  child.exited.reset(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!child.exited) {
    const int why = errno;
    ::kill(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    return fail_errno(why, "pidfd_open (Linux 5.3 or later has it)");
  }
  child.in = std::move(input.writing);
  child.out = std::move(out.reading);
  child.err = std::move(err.reading);
  child.status = std::move(status.reading);
  ::fcntl(child.status.get(), F_SETFL, O_NONBLOCK);
  return child;
}

}  // namespace agent
