// SPDX-License-Identifier: Apache-2.0
#include "platform/fs/open_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "base/unique_fd.hpp"
#include "platform/posix/posix.hpp"

namespace agent {
namespace {

UniqueFd open_directory(const std::string& path) {
  return UniqueFd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
}

std::vector<pid_t> processes() {
  std::vector<pid_t> pids;
  const auto proc = open_directory("/proc");
  const auto names = proc ? names_in(proc.get(), "/proc") : std::vector<std::string>();
  if (!names) return pids;
  for (const auto& name : *names) {
    pid_t pid = 0;
    const auto* end = name.data() + name.size();
    if (const auto read = std::from_chars(name.data(), end, pid); read.ec == std::errc() && read.ptr == end)
      pids.push_back(pid);
  }
  std::sort(pids.begin(), pids.end());
  return pids;
}

using Files = std::map<std::pair<dev_t, ino_t>, std::string>;

// Which of the files the process has open.
std::set<std::string> held_by(const std::string& process, const Files& files) {
  std::set<std::string> held;
  const auto descriptors = open_directory(process + "/fd");
  const auto names = descriptors ? names_in(descriptors.get(), process) : std::vector<std::string>();
  if (!names) return held;
  for (const auto& name : *names) {
    struct stat open = {};  // the file behind the descriptor, whatever the link's text is
    if (::fstatat(descriptors.get(), name.c_str(), &open, 0) != 0) continue;
    if (const auto file = files.find({open.st_dev, open.st_ino}); file != files.end())
      held.insert(file->second);
  }
  return held;
}

std::string name_of(const std::string& process) {
  const UniqueFd comm(::open((process + "/comm").c_str(), O_RDONLY | O_CLOEXEC));
  auto name = comm ? read_all(comm.get(), 64, process) : std::string();
  if (!name) return {};
  return name->substr(0, name->find('\n'));
}

}  // namespace

Holders processes_that_hold(const std::vector<std::string>& paths) {
  Files files;
  for (const auto& path : paths) {
    struct stat file = {};
    if (::lstat(path.c_str(), &file) == 0) files.emplace(std::pair(file.st_dev, file.st_ino), path);
  }
  Holders holders;
  for (const auto pid : processes()) {
    if (files.empty() || pid == ::getpid()) continue;
    const auto process = fmt::format("/proc/{}", pid);
    for (const auto& path : held_by(process, files))
      holders[path].push_back(fmt::format("{} (pid {})", name_of(process), pid));
  }
  return holders;
}

}  // namespace agent
