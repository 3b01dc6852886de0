// SPDX-License-Identifier: Apache-2.0
// A program that a test runs in parallel, and stops.
#pragma once

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <string>
#include <string_view>
#include <vector>

#include "base/deadline.hpp"
#include "base/unique_fd.hpp"

namespace agent::test {

class Child {
 public:
  explicit Child(std::vector<std::string> argv, const std::string& directory = "/") {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return;
    out_.reset(ends[0]);
    const UniqueFd theirs(ends[1]);
    std::vector<char*> raw;
    for (auto& argument : argv) raw.push_back(argument.data());
    raw.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ == 0) become(raw, directory.c_str(), theirs.get());
  }
  ~Child() {
    if (pid_ > 0) ::kill(pid_, SIGKILL);
    static_cast<void>(wait());
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // The text after `mark` on the line where it is printed; empty when it is not printed in time.
  std::string after(std::string_view mark) {
    const Deadline deadline(std::chrono::seconds(10));
    for (;;) {
      const auto at = printed_.find(mark);
      const auto end = at == std::string::npos ? at : printed_.find('\n', at);
      if (end != std::string::npos) return printed_.substr(at + mark.size(), end - at - mark.size());
      pollfd ready{out_.get(), POLLIN, 0};
      if (::poll(&ready, 1, static_cast<int>(deadline.left().count())) <= 0) return "";
      std::array<char, 4096> buffer{};
      const auto got = ::read(out_.get(), buffer.data(), buffer.size());
      if (got <= 0) return "";
      printed_.append(buffer.data(), static_cast<std::size_t>(got));
    }
  }
  // Waits for its end: its exit code, or -1.
  int wait() {
    if (pid_ <= 0) return -1;
    int status = 0;
    ::waitpid(std::exchange(pid_, -1), &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  [[nodiscard]] const std::string& printed() const { return printed_; }

 private:
  [[noreturn]] static void become(const std::vector<char*>& argv, const char* directory, int out) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a test that is killed leaves nothing behind
    const int nothing = ::open("/dev/null", O_RDONLY);
    if (::chdir(directory) == 0 && ::dup2(nothing, STDIN_FILENO) == 0 && ::dup2(out, STDOUT_FILENO) > 0 &&
        ::dup2(out, STDERR_FILENO) > 0)
      ::execvp(argv.front(), argv.data());
    ::_exit(127);
  }

  pid_t pid_ = -1;
  UniqueFd out_;
  std::string printed_;
};

// Runs a program to its end.
inline int run(std::vector<std::string> argv) {
  Child child(std::move(argv));
  child.after("\n\n never printed");  // reads all output, so that the program can't block
  return child.wait();
}

}  // namespace agent::test
