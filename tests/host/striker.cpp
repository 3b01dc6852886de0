// SPDX-License-Identifier: Apache-2.0
// Runs a program and strikes it at its n-th system call that changes something. Each resource of the agent's
// plan counts by itself, because resources run side by side.
//
//   striker TARGETS TRACE -- PROGRAM ARGUMENT...
//
// TARGETS has lines `RESOURCE N ACTION`. ACTION is `kill`; `power`, after which nothing reaches the ext4 of
// /; or the number of the error that the call returns. TRACE gets `RESOURCE N CALL DETAIL` (tabs between) for
// each change, `RESOURCE N struck ACTION`, `run - cut`, and `RESOURCE - outcome …`. What no resource does
// belongs to the resource `run`. The exit code is the program's; 137 when it was killed. Programs that the
// agent runs are neither struck nor counted; of forks in a row only the first counts.
#include <fcntl.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#ifndef __x86_64__
#error "how a system call is made to fail is written for x86-64 only"
#endif

namespace {

using Info = __ptrace_syscall_info;
using Arguments = decltype(Info::entry.args);

constexpr std::string_view events = "/run/bootstrap-agent/events.jsonl";
constexpr std::string_view log_file = "/var/log/bootstrap-agent.log";
// linux/fs/ext4/ext4.h: _IOR('X', 125, __u32), and the flag for: write nothing more, not even the journal.
constexpr unsigned long ext4_shutdown = 0x8004587D;
constexpr std::uint32_t no_log_flush = 2;
constexpr std::string_view event_begin = R"({"resource":{"name":")";
constexpr std::string_view outcome_begin = R"(","outcome":")";

[[noreturn]] void die(const char* what) {
  std::perror(what);
  std::exit(125);
}

std::string memory(pid_t pid, std::uint64_t address, std::size_t length) {
  std::string text(length, '\0');
  for (std::size_t have = 0;
       have < length;) {  // up to the end of a page at a time: the next may not be mapped
    const auto here = address + have;
    const auto size = std::min<std::size_t>(length - have, 4096 - here % 4096);
    iovec ours = {text.data() + have, size};
    iovec theirs = {reinterpret_cast<void*>(here), size};  // NOLINT: an address of another process
    if (::process_vm_readv(pid, &ours, 1, &theirs, 1, 0) != static_cast<ssize_t>(size))
      return text.substr(0, have);
    have += size;
  }
  return text;
}

std::string string_at(pid_t pid, std::uint64_t address) { return memory(pid, address, 256).c_str(); }

std::string link_of(const std::string& path) {
  std::array<char, 512> target{};
  const auto size = ::readlink(path.c_str(), target.data(), target.size());
  return size < 0 ? std::string() : std::string(target.data(), static_cast<std::size_t>(size));
}

std::string file_of(pid_t pid, std::uint64_t fd) {
  return link_of("/proc/" + std::to_string(pid) + "/fd/" + std::to_string(static_cast<int>(fd)));
}

bool is_file(const std::string& path) {
  return path.starts_with("/") && !path.starts_with("/dev/") && !path.starts_with("/memfd:");
}

std::string path_at(pid_t pid, std::uint64_t directory, std::uint64_t name) {
  auto path = string_at(pid, name);
  if (path.starts_with("/") || static_cast<int>(directory) == AT_FDCWD) return path;
  return file_of(pid, directory) + "/" + path;
}

// The change that a message to systemd or logind requests; empty when it only reads.
std::string bus_change(pid_t pid, std::uint64_t message) {
  msghdr header = {};
  const auto raw = memory(pid, message, sizeof header);
  if (raw.size() != sizeof header) return {};
  std::copy(raw.begin(), raw.end(), reinterpret_cast<char*>(&header));
  std::string text;
  for (std::size_t i = 0; i < std::min<std::size_t>(header.msg_iovlen, 4); ++i) {
    iovec part = {};
    const auto place = memory(pid, reinterpret_cast<std::uint64_t>(header.msg_iov + i), sizeof part);
    if (place.size() != sizeof part) break;
    std::copy(place.begin(), place.end(), reinterpret_cast<char*>(&part));
    text +=
        memory(pid, reinterpret_cast<std::uint64_t>(part.iov_base), std::min<std::size_t>(part.iov_len, 512));
  }
  for (const char* member : {"StartUnit", "RestartUnit", "StopUnit", "StartTransientUnit", "EnableUnitFiles",
                             "ResetFailedUnit", "Reload", "SetUserLinger"})
    if (text.find(std::string(member) + '\0') != std::string::npos) return member;
  return {};
}

struct Change {
  const char* call = nullptr;  // none: the call changes nothing
  std::string detail;
};

Change written(pid_t pid, const Arguments& a) {
  auto file = file_of(pid, a[0]);
  if (!is_file(file) || file == events) return {};
  if (file == log_file) {  // a log line of the agent: the next change, or a program's output; after the time
    auto line = memory(pid, a[1], std::min<std::size_t>(a[2], 160));
    return {"log", line.substr(std::min<std::size_t>(line.size(), 21))};
  }
  return {"write", std::move(file)};
}

Change opened(std::uint64_t flags, std::string path) {
  const bool changes = (flags & (O_CREAT | O_TRUNC)) != 0 || (flags & O_TMPFILE) == O_TMPFILE;
  if (!changes || path.starts_with("/dev/") || path == events || path == log_file) return {};
  return {"create", std::move(path)};
}

Change change_of(pid_t pid, std::uint64_t number, const Arguments& a) {
  switch (number) {
    case SYS_open:
      return opened(a[1], string_at(pid, a[0]));
    case SYS_openat:
      return opened(a[2], path_at(pid, a[0], a[1]));
    case SYS_openat2: {
      std::uint64_t flags = 0;
      const auto raw = memory(pid, a[2], sizeof flags);
      if (raw.size() == sizeof flags) std::copy(raw.begin(), raw.end(), reinterpret_cast<char*>(&flags));
      return opened(flags, path_at(pid, a[0], a[1]));
    }
    case SYS_write:
    case SYS_pwrite64:
    case SYS_writev:
      return written(pid, a);
    case SYS_ftruncate:
      return {"truncate", file_of(pid, a[0])};
    case SYS_fallocate:
      return {"allocate", file_of(pid, a[0])};
    case SYS_fsync:
    case SYS_fdatasync:
    case SYS_syncfs:
      return {"sync", file_of(pid, a[0])};
    case SYS_fchmod:
      return {"chmod", file_of(pid, a[0])};
    case SYS_fchown:
      return {"chown", file_of(pid, a[0])};
    case SYS_fchmodat:
      return {"chmod", path_at(pid, a[0], a[1])};
    case SYS_fchownat:
      return {"chown", path_at(pid, a[0], a[1])};
    case SYS_mkdir:
      return {"mkdir", string_at(pid, a[0])};
    case SYS_mkdirat:
      return {"mkdir", path_at(pid, a[0], a[1])};
    case SYS_unlink:
    case SYS_rmdir:
      return {"remove", string_at(pid, a[0])};
    case SYS_unlinkat:
      return {"remove", path_at(pid, a[0], a[1])};
    case SYS_rename:
      return {"rename", string_at(pid, a[1])};
    case SYS_renameat:
    case SYS_renameat2:
      return {"rename", path_at(pid, a[2], a[3])};
    case SYS_symlinkat:
      return {"symlink", path_at(pid, a[1], a[2])};
    case SYS_linkat:
      return {"link", path_at(pid, a[2], a[3])};
    case SYS_fork:
    case SYS_vfork:
      return {"fork", ""};
    case SYS_clone:
      return (a[0] & CLONE_THREAD) != 0 ? Change{} : Change{"fork", ""};
    case SYS_sendmsg: {
      auto asked = bus_change(pid, a[1]);
      return asked.empty() ? Change{} : Change{"bus", std::move(asked)};
    }
    default:
      return {};
  }
}

struct Task {  // a thread, or a child that has not begun its program yet
  std::string resource = "run";
  bool main = false;
  bool thread = true;
  int action = 0;  // for the current call: the wanted action, to be done at its end
};

class Striker {
 public:
  Striker(const char* targets, const char* trace) : trace_(trace, std::ios::app) {
    std::ifstream lines(targets);
    std::string resource;
    std::string action;
    for (unsigned long n = 0; lines >> resource >> n >> action;)
      targets_[{resource, n}] = action == "kill"    ? killed
                                : action == "power" ? no_power
                                                    : std::atoi(action.c_str());
  }

  int run(char** argv) {
    start(argv);
    for (;;) {
      int status = 0;
      const pid_t pid = ::waitpid(-1, &status, __WALL);
      if (pid < 0 && errno == EINTR) continue;
      if (pid < 0) die("waitpid");
      if (!WIFSTOPPED(status)) {
        tasks_.erase(pid);
        if (pid == program_) return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
        continue;
      }
      stopped(pid, status);
    }
  }

 private:
  static constexpr int killed = -1;
  static constexpr int no_power = -2;

  void start(char** argv) {
    std::array<int, 2> gate{};
    if (::pipe(gate.data()) != 0) die("pipe");
    program_ = ::fork();
    if (program_ < 0) die("fork");
    if (program_ == 0) {
      char go = 0;
      ::close(gate[1]);
      if (::read(gate[0], &go, 1) != 1) std::_Exit(125);
      ::close(gate[0]);
      ::execvp(argv[0], argv);
      die(argv[0]);
    }
    constexpr long options = PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACECLONE | PTRACE_O_TRACEFORK |
                             PTRACE_O_TRACEVFORK | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL;
    tasks_[program_].main = true;
    if (::ptrace(PTRACE_SEIZE, program_, 0, options) != 0) die("PTRACE_SEIZE");
    if (::ptrace(PTRACE_INTERRUPT, program_, 0, 0) != 0) die("PTRACE_INTERRUPT");
    if (::write(gate[1], "g", 1) != 1) die("write");
    ::close(gate[0]);
    ::close(gate[1]);
  }

  void go_on(pid_t pid, int signal = 0) const {
    ::ptrace(PTRACE_SYSCALL, pid, 0, signal);
  }  // fails when it is dead by now

  void stopped(pid_t pid, int status) {
    const auto task = tasks_.find(pid);
    if (task == tasks_.end()) {  // the event of its parent, that the task was made, has not come yet
      early_.push_back(pid);
      return;
    }
    const int event = status >> 16;
    if (event == PTRACE_EVENT_CLONE || event == PTRACE_EVENT_FORK || event == PTRACE_EVENT_VFORK) {
      unsigned long made = 0;
      ::ptrace(PTRACE_GETEVENTMSG, pid, 0, &made);
      adopt(task->second, static_cast<pid_t>(made), event == PTRACE_EVENT_CLONE);
    } else if (event == PTRACE_EVENT_EXEC && pid != program_) {
      began(pid, task->second);
      return;
    } else if (event == 0 && WSTOPSIG(status) == (SIGTRAP | 0x80)) {
      in_call(pid, task->second);
    } else if (event == 0) {
      go_on(pid, WSTOPSIG(status));
      return;
    }
    go_on(pid);
  }

  void adopt(const Task& parent, pid_t made, bool thread) {
    Task task;
    task.resource = parent.main && thread ? begun_ : parent.resource;
    task.thread = thread;
    tasks_[made] = std::move(task);
    if (const auto early = std::find(early_.begin(), early_.end(), made); early != early_.end()) {
      early_.erase(early);
      go_on(made);
    }
  }

  // A program is released when it has started; its start counts as a change.
  void began(pid_t pid, const Task& task) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/cmdline");
    std::string line((std::istreambuf_iterator<char>(file)), {});
    const int action = count(task.resource, {"exec", line.substr(0, 120)});
    ::ptrace(PTRACE_DETACH, pid, 0, 0);
    tasks_.erase(pid);
    strike(action);
  }

  // Actions on the whole program.
  void strike(int action) {
    if (action == killed) ::kill(program_, SIGKILL);
    if (action != no_power) return;
    const int root = ::open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (root < 0 || ::ioctl(root, ext4_shutdown, &no_log_flush) != 0) die("shut down /");
    trace_ << "run\t-\tcut\t" << std::endl;
    for (;;) ::pause();  // this also stops the program
  }

  void in_call(pid_t pid, Task& task) {
    Info info = {};
    if (::ptrace(PTRACE_GET_SYSCALL_INFO, pid, sizeof info, &info) <= 0) return;
    if (info.op == PTRACE_SYSCALL_INFO_ENTRY) {
      task.action = 0;
      watch_events(pid, task, info);
      auto change = change_of(pid, info.entry.nr, info.entry.args);
      if (change.call == nullptr) return;
      task.action = count(task.resource, change);
      if (task.action > 0)
        ::ptrace(PTRACE_POKEUSER, pid, offsetof(user_regs_struct, orig_rax), -1L);  // no such call
    } else if (info.op == PTRACE_SYSCALL_INFO_EXIT) {
      if (task.action > 0)
        ::ptrace(PTRACE_POKEUSER, pid, offsetof(user_regs_struct, rax), static_cast<long>(-task.action));
      strike(task.action);
      task.action = 0;
    }
  }

  // For which resource a thread is about to be made, and which resource is done. The agent writes both to its
  // events.
  void watch_events(pid_t pid, const Task& task, const Info& info) {
    if (info.entry.nr != SYS_write || file_of(pid, info.entry.args[0]) != events) return;
    const auto line = memory(pid, info.entry.args[1], std::min<std::size_t>(info.entry.args[2], 2048));
    if (!line.starts_with(event_begin)) return;
    const auto end = line.find(outcome_begin);
    if (end == std::string::npos) return;
    const auto name = line.substr(event_begin.size(), end - event_begin.size());
    const auto outcome = line.substr(end + outcome_begin.size());
    if (task.main) begun_ = name;
    if (!outcome.starts_with("pending"))
      trace_ << name << "\t-\toutcome\t" << outcome.substr(0, outcome.find('"')) << std::endl;
  }

  // Returns the action that is wanted at this change.
  int count(const std::string& resource, const Change& change) {
    // A fork after a fork is a repeated check. Their number depends on time, but the numbers of changes must
    // be the same in the next boot.
    const bool forks = std::string_view(change.call) == "fork";
    if (std::exchange(forked_[resource], forks) && forks) return 0;
    const auto n = ++counts_[resource];
    auto detail = change.detail;
    std::replace_if(detail.begin(), detail.end(), [](unsigned char c) { return c < ' '; }, ' ');
    trace_ << resource << '\t' << n << '\t' << change.call << '\t' << detail << '\n';
    const auto target = targets_.find({resource, n});
    if (target == targets_.end()) return 0;
    const int action = target->second;
    trace_ << resource << '\t' << n << "\tstruck\t"
           << (action > 0         ? strerrorname_np(action)
               : action == killed ? "kill"
                                  : "power")
           << std::endl;
    return action;
  }

  std::map<std::pair<std::string, unsigned long>, int> targets_;
  std::ofstream trace_;
  std::map<std::string, unsigned long> counts_;
  std::map<std::string, bool> forked_;  // whether its last change was a fork
  std::map<pid_t, Task> tasks_;
  std::vector<pid_t> early_;
  std::string begun_ = "run";
  pid_t program_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5 || std::string_view(argv[3]) != "--") {
    std::fputs("usage: striker TARGETS TRACE -- PROGRAM ARGUMENT...\n", stderr);
    return 125;
  }
  return Striker(argv[1], argv[2]).run(argv + 4);
}
