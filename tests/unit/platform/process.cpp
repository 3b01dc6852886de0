// SPDX-License-Identifier: Apache-2.0
// Real programs on the real kernel: these tests need the real behaviour.
#include "platform/process/process.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "platform/posix/accounts.hpp"
#include "support/kernel.hpp"

namespace agent {
namespace {

using Clock = std::chrono::steady_clock;

Command command(std::vector<std::string> argv) {
  Command made;
  made.argv = std::move(argv);
  return made;
}

// A script for tests only; the agent itself runs no shell.
Command shell(const std::string& script) { return command({"sh", "-c", script}); }

// Whether the process has ended, reaped or not.
bool ended(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  if (!std::getline(file, text)) return true;
  return text.substr(text.rfind(')') + 2, 1) == "Z";
}

bool ends_soon(pid_t pid) {
  const auto deadline = Clock::now() + std::chrono::seconds(5);
  while (!ended(pid) && Clock::now() < deadline) ::poll(nullptr, 0, 5);
  return ended(pid);
}

}  // namespace

TEST_CASE("process: the exit code and both outputs come back") {
  const auto run = run_process(shell("echo to out; echo to err >&2; exit 3"));
  REQUIRE(run);
  CHECK(run->exit_code == 3);
  CHECK(run->out == "to out\n");
  CHECK(run->err == "to err\n");
  CHECK_FALSE(run->timed_out);
  CHECK_FALSE(run->ok());
}

TEST_CASE("process: death by a signal is 128 + its number") {
  const auto run = run_process(shell("kill -TERM $$"));
  REQUIRE(run);
  CHECK(run->exit_code == 128 + SIGTERM);
}

TEST_CASE("process: arguments go through no shell") {
  const auto run = run_process(command({"echo", "$HOME; `id` *"}));
  REQUIRE(run);
  CHECK(run->out == "$HOME; `id` *\n");
}

TEST_CASE("process: the environment is what was given, and a PATH") {
  ::setenv("AGENT_TEST_INHERITED", "yes", 1);
  auto printenv = command({"env"});
  SUBCASE("the standard PATH when none is given") {
    printenv.env = {{"A", "1"}};
    const auto run = run_process(printenv);
    REQUIRE(run);
    CHECK(run->out == "A=1\nPATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\n");
  }
  SUBCASE("the PATH that is given, also to look the program up") {
    printenv.env = {{"PATH", "/nowhere:/usr/bin"}};
    const auto run = run_process(printenv);
    REQUIRE(run);
    CHECK(run->out == "PATH=/nowhere:/usr/bin\n");
  }
}

TEST_CASE("process: a program that cannot be started says at which stage") {
  SUBCASE("not on the PATH") {
    const auto run = run_process(command({"no-such-program"}));
    REQUIRE_FALSE(run);
    CHECK(run.error().code == Errc::not_found);
    CHECK(run.error().message == "run no-such-program: no such program on its PATH");
  }
  SUBCASE("not executable") {
    const auto run = run_process(command({"/etc/passwd"}));
    REQUIRE_FALSE(run);
    CHECK(run.error().message == "run /etc/passwd: execve: Permission denied");
  }
  SUBCASE("its directory is missing") {
    auto here = command({"true"});
    here.directory = "/no/such/directory";
    const auto run = run_process(here);
    REQUIRE_FALSE(run);
    CHECK(run.error().message == "run true: chdir to /no/such/directory: No such file or directory");
  }
  SUBCASE("no program at all") { CHECK_FALSE(run_process(Command{})); }
}

TEST_CASE("process: stdin is the input, and empty otherwise") {
  auto cat = command({"cat"});
  const auto nothing = run_process(cat);
  REQUIRE(nothing);
  CHECK(nothing->out.empty());

  cat.input = std::string(900'000, 'x') + "\n";  // more than any pipe can hold
  const auto all = run_process(cat);
  REQUIRE(all);
  CHECK(all->out == cat.input);
}

TEST_CASE("process: stdin held open until a line that was waited for") {
  // Prints its input, then `ready`, then waits for the end of its input, like a server on stdio.
  auto server = shell("read line; echo \"got $line\"; echo ready now; cat; echo ended");
  server.input = "hello\n";
  server.hold_input_until = "ready";
  const auto run = run_process(server);
  REQUIRE(run);
  CHECK(run->out == "got hello\nready now\nended\n");

  server.hold_input_until = "never printed";
  server.timeout = Milliseconds(300);
  const auto held = run_process(server);
  REQUIRE(held);
  CHECK(held->timed_out);
  CHECK(held->out == "got hello\nready now\n");
}

TEST_CASE("process: output beyond 1 MiB is read and dropped") {
  const auto run = run_process(shell("head -c 3000000 /dev/zero; head -c 3000000 /dev/zero >&2"));
  REQUIRE(run);
  CHECK(run->exit_code == 0);
  CHECK(run->out.size() == 1U << 20U);
  CHECK(run->err.size() == 1U << 20U);
}

TEST_CASE("process: at the deadline the whole group is killed, and what it printed is kept") {
  auto tree = shell("tail -f /dev/null > /dev/null 2>&1 & echo $!; tail -f /dev/null");
  tree.timeout = Milliseconds(300);
  const auto start = Clock::now();
  const auto run = run_process(tree);
  const auto took = Clock::now() - start;
  REQUIRE(run);
  CHECK(run->timed_out);
  CHECK_FALSE(run->ok());
  CHECK(run->exit_code == 128 + SIGKILL);
  CHECK(took >= Milliseconds(300));
  CHECK(took < Milliseconds(2000));
  CHECK(ends_soon(std::stoi(run->out)));
}

// A tracer is told first about a death: until it has handled it, the parent sees nothing (ptrace(2)). That is
// like a program whose last system call does not return.
TEST_CASE("process: the wait for a program that does not die is limited" * doctest::skip(no_ptrace())) {
  auto stubborn = shell("echo $$; exec tail -f /dev/null");
  stubborn.timeout = Milliseconds(1000);
  std::atomic<pid_t> tracer = 0;
  stubborn.log_output = true;
  const auto start = Clock::now();
  const auto run = run_process(stubborn, [&](std::string_view line) {
    const auto traced = std::stoi(std::string(line));
    tracer = ::fork();
    if (tracer == 0) {
      if (::ptrace(PTRACE_SEIZE, traced, nullptr, nullptr) != 0) ::_exit(1);
      for (;;) ::pause();
    }
  });
  REQUIRE(tracer > 0);
  ::kill(tracer, SIGKILL);
  int ended = 0;
  REQUIRE(::waitpid(tracer, &ended, 0) == tracer);
  REQUIRE_MESSAGE(WIFSIGNALED(ended), "it traced nothing");
  REQUIRE(run);
  CHECK(run->timed_out);
  CHECK(run->exit_code == 128 + SIGKILL);
  CHECK(Clock::now() - start < Milliseconds(20'000));
}

TEST_CASE("process: a child left behind neither delays the end nor outlives it") {
  const auto start = Clock::now();
  // Two children: one keeps the output open, the other (which would continue without a reader) is searched
  // for afterwards.
  const auto run = run_process(shell("tail -f /dev/null & tail -f /dev/null > /dev/null 2>&1 & echo $!"));
  REQUIRE(run);
  CHECK(Clock::now() - start < Milliseconds(2000));
  CHECK(run->exit_code == 0);
  CHECK_FALSE(run->timed_out);
  CHECK(ends_soon(std::stoi(run->out)));
}

TEST_CASE("process: nothing is inherited: no open files, no ignored signals, no session") {
  const int leak = ::open("/etc/passwd", O_RDONLY);  // like a careless library: without O_CLOEXEC
  REQUIRE(leak >= 0);
  const auto old = ::signal(SIGPIPE, SIG_IGN);
  const auto run =
      run_process(shell("ls -l /proc/$$/fd; grep SigIgn /proc/$$/status; cut -d' ' -f1,5,6 /proc/$$/stat"));
  ::signal(SIGPIPE, old);
  ::close(leak);
  REQUIRE(run);
  CHECK(run->out.find("/etc/passwd") == std::string::npos);
  CHECK(run->out.find("SigIgn:\t0000000000000000") != std::string::npos);
  const auto ids = run->out.substr(run->out.rfind('\n', run->out.size() - 2) + 1);  // pid, group, session
  const auto pid = ids.substr(0, ids.find(' '));
  CHECK(ids == pid + " " + pid + " " + pid + "\n");
}

TEST_CASE("process: each line of the output goes to the log as it comes, if it was asked for") {
  std::vector<std::string> lines;
  const LineSink sink = [&](std::string_view line) { lines.emplace_back(line); };
  auto talk = shell("printf 'one\\ntwo\\r\\nthr'; printf 'ee'");
  REQUIRE(run_process(talk, sink));
  CHECK(lines.empty());
  talk.log_output = true;
  REQUIRE(run_process(talk, sink));
  CHECK(lines == std::vector<std::string>{"one", "two", "three"});
}

TEST_CASE("process: as another user, with that user's groups only and a private umask") {
  const auto own = run_process(shell("umask"));
  REQUIRE(own);
  CHECK(own->out == "0022\n");
  if (::geteuid() != 0) {
    MESSAGE("skipped in part: only root can run a program as another user");
    return;
  }
  const auto nobody = find_account("nobody");
  REQUIRE(nobody);
  REQUIRE(nobody->has_value());
  auto whoami = shell("id -u; id -g; id -G; umask; pwd");
  whoami.user = **nobody;
  whoami.directory = "/tmp";
  Result<Completed> run = fail(Errc::failed, "not run");
  std::thread([&] {  // with a group of the agent that must not be inherited; the raw system call changes only
                     // this thread
    const gid_t agents_own = 12345;
    if (::syscall(SYS_setgroups, 1, &agents_own) == 0) run = run_process(whoami);
  })
      .join();
  REQUIRE(run);
  const auto uid = std::to_string((*nobody)->uid);
  const auto gid = std::to_string((*nobody)->gid);
  CHECK(run->out == uid + "\n" + gid + "\n" + gid + "\n0077\n/tmp\n");
}

TEST_CASE("process: many threads at once") {
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 8; ++thread) {
    threads.emplace_back([&right, thread] {
      for (int round = 0; round < 20; ++round) {
        auto cat = command({"cat"});
        cat.input = std::to_string(thread * 1000 + round);
        const auto run = run_process(cat);
        if (run && run->ok() && run->out == cat.input) ++right;
      }
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(right == 8 * 20);
}

}  // namespace agent
