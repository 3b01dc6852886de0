#include "platform/open_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>

#include "base/unique_fd.hpp"
#include "platform/posix.hpp"

namespace agent {
namespace {

UniqueFd open_directory(const std::string& path) { return UniqueFd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)); }

std::vector<pid_t> processes() {
  std::vector<pid_t> pids;
  const auto proc = open_directory("/proc");
  const auto names = proc ? names_in(proc.get(), "/proc") : std::vector<std::string>();
  if (!names) return pids;
  for (const auto& name : *names) {
    pid_t pid = 0;
    const auto* end = name.data() + name.size();
    if (const auto read = std::from_chars(name.data(), end, pid); read.ec == std::errc() && read.ptr == end) pids.push_back(pid);
  }
  std::sort(pids.begin(), pids.end());
  return pids;
}

bool holds(const std::string& process, const struct stat& file) {
  const auto descriptors = open_directory(process + "/fd");
  if (!descriptors) return false;
  const auto names = names_in(descriptors.get(), process);
  return names && std::any_of(names->begin(), names->end(), [&](const auto& name) {
           struct stat open = {};  // what the descriptor is of, whatever the link's text says
           return ::fstatat(descriptors.get(), name.c_str(), &open, 0) == 0 && open.st_dev == file.st_dev && open.st_ino == file.st_ino;
         });
}

std::string name_of(const std::string& process) {
  const UniqueFd comm(::open((process + "/comm").c_str(), O_RDONLY | O_CLOEXEC));
  auto name = comm ? read_all(comm.get(), 64, process) : std::string();
  if (!name) return {};
  return name->substr(0, name->find('\n'));
}

}  // namespace

std::vector<std::string> processes_that_hold(const std::string& path) {
  std::vector<std::string> holders;
  struct stat file = {};
  if (::lstat(path.c_str(), &file) != 0) return holders;
  for (const auto pid : processes()) {
    const auto process = fmt::format("/proc/{}", pid);
    if (pid != ::getpid() && holds(process, file)) holders.push_back(fmt::format("{} (pid {})", name_of(process), pid));
  }
  return holders;
}

}  // namespace agent
