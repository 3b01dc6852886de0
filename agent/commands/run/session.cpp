// SPDX-License-Identifier: Apache-2.0
#include "commands/run/session.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <charconv>

#include "base/unique_fd.hpp"
#include "platform/posix/posix.hpp"

namespace agent {
namespace {

constexpr std::size_t largest = 2U << 20U;  // of an environment

std::string read_proc(pid_t pid, const char* name) {
  const auto path = fmt::format("/proc/{}/{}", pid, name);
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) return {};
  auto text = read_all(fd.get(), largest, path);
  return text ? *text : std::string();
}

// proc_pid_stat(5): the name is in parentheses and may contain any character; the state and the parent
// follow.
pid_t parent_of(pid_t pid) {
  const auto stat = read_proc(pid, "stat");
  const auto name_end = stat.rfind(") ");
  pid_t parent = 0;
  if (name_end != std::string::npos && stat.size() > name_end + 4)
    std::from_chars(stat.data() + name_end + 4, stat.data() + stat.size(), parent);
  return parent;
}

}  // namespace

std::string ssh_connection() {
  const auto wanted = std::string(1, '\0') + "SSH_CONNECTION=";
  for (pid_t pid = ::getpid(); pid > 1; pid = parent_of(pid)) {
    const auto environment = std::string(1, '\0') + read_proc(pid, "environ");
    const auto at = environment.find(wanted);
    if (at == std::string::npos) continue;
    const auto begin = at + wanted.size();
    return environment.substr(begin, environment.find('\0', begin) - begin);
  }
  return {};
}

}  // namespace agent
