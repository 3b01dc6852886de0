// SPDX-License-Identifier: Apache-2.0
// What the kernel does with this process's memory. Most tests run in a child, because the settings cannot be
// undone.
#include "platform/posix/memory.hpp"

#include <doctest/doctest.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <string>

#include "platform/posix/act_as.hpp"
#include "platform/process/process.hpp"
#include "platform/process/spawn.hpp"
#include "support/forked.hpp"

namespace agent {
namespace {

// fs.suid_dumpable as systemd-coredump sets it: a process that changed its ids is dumped into its pipe
// (proc(5)).
class DumpedAfterIds {
 public:
  DumpedAfterIds() {
    std::ifstream(file) >> before_;
    set("2");
  }
  DumpedAfterIds(const DumpedAfterIds&) = delete;
  DumpedAfterIds& operator=(const DumpedAfterIds&) = delete;
  ~DumpedAfterIds() { set(before_); }
  [[nodiscard]] static bool possible() {
    std::ofstream out(file, std::ios::app);
    if (::geteuid() == 0 && out) return true;
    MESSAGE("skipped: only root can change ids and fs.suid_dumpable, and not in every container");
    return false;
  }

 private:
  static constexpr const char* file = "/proc/sys/fs/suid_dumpable";
  static void set(const std::string& value) { std::ofstream(file) << value << '\n'; }
  std::string before_;
};

std::string dumpable() { return std::to_string(::prctl(PR_GET_DUMPABLE, 0, 0, 0, 0)); }

std::string limits_of_a_program() {
  Command command;
  command.argv = {"cat", "/proc/self/limits"};
  const auto run = run_process(command);
  return run ? run->out : run.error().message;
}

const User somebody{"somebody", 54321, 54321, "/", "/bin/sh", {}, true};

}  // namespace

TEST_CASE("memory: a process that only acts as a user is not dumped") {
  if (!DumpedAfterIds::possible()) return;
  const DumpedAfterIds setting;
  CHECK(in_child([] {
          ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
          std::string seen;
          {
            const auto acting = ActAs::user(somebody);
            seen = acting ? dumpable() : acting.error().message;
          }
          return seen + " then " + dumpable();
        }) == "0 then 0");
}

TEST_CASE("memory: a child that became a user is not dumped, and gets signals as before") {
  if (!DumpedAfterIds::possible()) return;
  const DumpedAfterIds setting;
  CHECK(in_child([] {
          ::prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
          const Identity identity{54321, 54321, {}};
          if (const auto* failed = become(identity); failed != nullptr) return std::string(failed);
          sigset_t blocked;
          ::pthread_sigmask(SIG_SETMASK, nullptr, &blocked);
          return dumpable() + (::sigismember(&blocked, SIGQUIT) == 1 ? " deaf" : "");
        }) == "0");
}

TEST_CASE(
    "memory: private is not dumped into a pipe either; programs have the limits as before, whatever they "
    "were") {
  if (::geteuid() != 0) {
    MESSAGE("skipped: memory is kept private as root only");
    return;
  }
  for (const rlimit core : {rlimit{0, RLIM_INFINITY}, rlimit{4096, 8192}, rlimit{0, 0}}) {
    const auto said = in_child([&] {
      if (::setrlimit(RLIMIT_CORE, &core) != 0) return std::string("no limit");
      const auto before = limits_of_a_program();
      keep_memory_private();
      rlimit now{};
      ::getrlimit(RLIMIT_CORE, &now);
      // A process without CAP_SYS_RESOURCE cannot raise the limit from 0.
      if (dumpable() != "0" || (now.rlim_cur != 1 && core.rlim_max != 0))
        return fmt::format("dumpable {}, limit {}", dumpable(), now.rlim_cur);
      const auto after = limits_of_a_program();
      return after == before ? std::string("as before") : after;
    });
    CHECK(said == "as before");
  }
}

}  // namespace agent
