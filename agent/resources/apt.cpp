// SPDX-License-Identifier: Apache-2.0
#include "resources/apt.hpp"

#include <algorithm>
#include <sstream>

#include "ports/run_checked.hpp"

namespace agent {
namespace {

using How = Apt::Ended::How;

bool says(const Completed& done, std::string_view text) { return done.err.find(text) != std::string::npos; }

// apt's errors begin with "E: ", its warnings with "W: ".
std::vector<std::string> complaints(const Completed& done) {
  std::istringstream lines(done.err);
  std::vector<std::string> found;
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("E: ") || line.starts_with("W: ")) found.push_back(line);
  return found;
}

// The line that says what went wrong: the first that names who holds a lock, or a URL; else the last error.
std::string reason(const Command& command, Completed done) {
  const auto lines = complaints(done);
  std::string best;
  for (const auto& line : lines)
    if (line.starts_with("E: ")) best = line;
  for (const char* telling : {"://", "Could not get lock"}) {
    const auto first = std::find_if(lines.begin(), lines.end(), [telling](const std::string& line) {
      return line.find(telling) != std::string::npos;
    });
    if (first != lines.end()) best = *first;
  }
  if (!best.empty()) done.err = best.substr(3);
  return failure_text(command, done);
}

// The locks of dpkg, of the lists and of the archives: apt's own DPkg::Lock::Timeout (apt.conf(5)) waits for
// the first of them only.
bool is_busy(const Completed& done) {
  return says(done, "Could not get lock") || says(done, "Unable to lock directory") ||
         says(done, "Unable to acquire the dpkg frontend lock");
}

// apt-get(8) ends its update with 0 when a mirror or the DNS is away: it goes on with the lists that it has,
// and only warns.
bool could_not_fetch(const Completed& done) {
  return says(done, "Failed to fetch ") || says(done, "Unable to fetch some archives");
}

const std::string lists = "/var/lib/apt/lists";

// Lists that a power cut has left in pieces, or the cache that apt makes of them: update refuses to begin
// with them, so only their absence makes it fetch them again.
bool are_corrupt(const Completed& done) {
  return says(done, "Problem with MergeList " + lists) || says(done, "The package cache file is corrupted");
}

// There are no lists, or they are there and empty, as a power cut leaves what was not synced: apt misses
// nothing in them, and update, which looks at their names and the mirror's index, keeps them.
bool name_nothing(const Completed& done) {
  return says(done, "Unable to locate package") || says(done, "has no installation candidate") ||
         says(done, "is not installable");
}

Status forget_lists(Host& host) {
  for (const char* cache : {"/var/cache/apt/pkgcache.bin", "/var/cache/apt/srcpkgcache.bin"})
    AGENT_TRY(host.remove(cache));
  AGENT_TRY_ASSIGN(auto names, host.list(lists));
  for (const auto& name : names) {
    AGENT_TRY_ASSIGN(auto info, host.stat(lists + "/" + name));
    if (info && info->type == FileType::regular && name != "lock") AGENT_TRY(host.remove(lists + "/" + name));
  }
  return {};
}

// apt-get(8) prints them, indented, under this heading.
std::string removals(const std::string& out) {
  const std::string_view heading = "The following packages will be REMOVED:\n";
  const auto at = out.find(heading);
  if (at == std::string::npos) return "other packages";
  std::istringstream lines(out.substr(at + heading.size()));
  std::string names;
  for (std::string line; std::getline(lines, line) && line.starts_with("  ");) names += line.substr(1);
  return names.empty() ? "other packages" : names.substr(1);
}

}  // namespace

Command Apt::command(std::vector<std::string> argv) const {
  Command command;
  command.argv = std::move(argv);
  // needrestart(1) would restart services in the middle of a first boot.
  command.env = {{"DEBIAN_FRONTEND", "noninteractive"}, {"LC_ALL", "C"}, {"NEEDRESTART_SUSPEND", "1"}};
  command.timeout = timeout_;
  command.log_output = true;
  return command;
}

// A configuration file that somebody changed stays, and dpkg(1) does not ask about it.
Command Apt::install_command(const std::vector<std::string>& names) const {
  std::vector<std::string> argv = {"apt-get",
                                   "install",
                                   "-q",
                                   "-y",
                                   "--no-install-recommends",
                                   "--no-remove",
                                   "-o",
                                   "Dpkg::Options::=--force-confdef",
                                   "-o",
                                   "Dpkg::Options::=--force-confold",
                                   "--"};
  argv.insert(argv.end(), names.begin(), names.end());
  return command(std::move(argv));
}

Result<Apt::Ended> Apt::update_lists() const {
  const auto update = command({"apt-get", "update", "-q"});
  AGENT_TRY_ASSIGN(auto done, run(update));
  if (are_corrupt(done)) {  // once: what is fetched again may be no better
    AGENT_TRY(forget_lists(host_));
    AGENT_TRY_ASSIGN(done, run(update));
  }
  const auto why = [&] { return "apt-get update: " + reason(update, done); };
  if (is_busy(done)) return Ended{How::busy, why()};
  if (could_not_fetch(done)) return Ended{How::unreachable, why()};
  if (!done.ok()) return Ended{How::failed, why()};
  return Ended{How::installed, {}};
}

// Whether the lists came whole is told by what can be installed: one repository that is away, and is not
// needed, ends nothing.
Result<Apt::Ended> Apt::install(const std::vector<std::string>& names) const {
  const auto there = host_.list(lists);
  constexpr std::size_t lists_of_an_image = 3;  // auxfiles, lock and partial
  const bool had_lists = there && there->size() > lists_of_an_image;
  Ended updated{How::installed, {}};
  if (!had_lists) {
    AGENT_TRY_ASSIGN(updated, update_lists());
    if (updated.how == How::busy) return updated;
  }
  const auto command = install_command(names);
  AGENT_TRY_ASSIGN(auto done, run(command));
  if (!done.ok() && says(done, "dpkg --configure -a")) {  // power was cut while dpkg ran
    AGENT_TRY(run(this->command({"dpkg", "--configure", "-a", "--force-confdef", "--force-confold"})));
    AGENT_TRY_ASSIGN(done, run(command));
  }
  if (!done.ok() && had_lists && !is_busy(done)) {  // lists that are too old name packages that are gone
    if (name_nothing(done)) AGENT_TRY(forget_lists(host_));
    AGENT_TRY_ASSIGN(updated, update_lists());
    if (updated.how == How::busy) return updated;
    AGENT_TRY_ASSIGN(done, run(command));
  }
  if (done.ok()) return Ended{How::installed, {}};
  const auto why = "apt-get install: " + reason(command, done);
  if (is_busy(done)) return Ended{How::busy, why};
  if (says(done, "remove is disabled"))
    return Ended{How::would_remove, fmt::format("{}; it would remove {}", why, removals(done.out))};
  if (updated.how != How::installed && (name_nothing(done) || are_corrupt(done)))
    return updated;  // the cause, not its effect
  return Ended{could_not_fetch(done) ? How::unreachable : How::failed, why};
}

}  // namespace agent
