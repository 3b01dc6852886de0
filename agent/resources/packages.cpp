// SPDX-License-Identifier: Apache-2.0
#include "resources/packages.hpp"

#include <sstream>

#include "ports/run_checked.hpp"
#include "ports/wait.hpp"

namespace agent {
namespace {

Command apt(std::vector<std::string> argv, Milliseconds timeout) {
  Command command;
  command.argv = std::move(argv);
  // needrestart(1) would restart services in the middle of a first boot.
  command.env = {{"DEBIAN_FRONTEND", "noninteractive"}, {"LC_ALL", "C"}, {"NEEDRESTART_SUSPEND", "1"}};
  command.timeout = timeout;
  command.log_output = true;
  return command;
}

// The line that says what went wrong: the first that names a URL, else the last error. apt prefixes them with
// "E:" and "W:".
std::string reason(const Command& command, Completed done) {
  std::istringstream lines(done.err);
  std::string with_url;
  std::string last;
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("E: ") && !line.starts_with("W: ")) continue;
    if (with_url.empty() && line.find("://") != std::string::npos) with_url = line.substr(3);
    if (line.starts_with("E: ")) last = line.substr(3);
  }
  if (const auto& line = with_url.empty() ? last : with_url; !line.empty()) done.err = line;
  return failure_text(command, done);
}

// apt-get(8) ends its update with 0 when a mirror or the DNS is away: it goes on with the lists that it has,
// and only warns.
bool fetched_less(const Completed& update) {
  return update.err.find("W: Failed to fetch ") != std::string::npos;
}

bool says(const Completed& done, std::string_view text) { return done.err.find(text) != std::string::npos; }

const std::string lists = "/var/lib/apt/lists";

// Lists that a power cut has left in pieces, or the cache that apt makes of them: update refuses to begin
// with them, so only their absence makes it fetch them anew.
bool corrupt(const Completed& done) {
  return says(done, "Problem with MergeList " + lists) || says(done, "The package cache file is corrupted");
}

// Lists that are there and empty, as a power cut leaves what was not synced: apt misses nothing in them, and
// update, which looks at their names and the mirror's index, keeps them.
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

}  // namespace

Packages::Packages(const Profile& profile)
    : ResourceOf({"packages", {"resolver"}, {"dpkg"}}),
      names_(profile.packages),
      lock_timeout_(profile.limits.dpkg_lock_timeout),
      timeout_(profile.limits.apt_timeout) {}

Result<PackagesState> Packages::look(const Probe& probe) const {
  AGENT_TRY_ASSIGN(const auto done, with_context(probe.query(Query::packages(names_)), "dpkg-query"));
  PackagesState state;
  for (const auto& name : names_)
    if (("\n" + done.out).find("\n" + name + " installed\n") == std::string::npos)
      state.missing.push_back(name);
  return state;
}

Observation Packages::describe(const PackagesState& state) const {
  Observation seen;
  for (const auto& name : state.missing) seen.drift("package " + name, "not installed", "installed");
  return seen;
}

// The lists' lock is the one that apt's own option does not wait for (apt.conf(5), DPkg::Lock::Timeout).
Result<std::string> Packages::update_lists(Host& host) const {
  const auto update = apt({"apt-get", "update", "-q"}, timeout_);
  Completed last;
  bool forgotten = false;
  AGENT_TRY(wait_until(
      host, lock_timeout_, "apt-get update (another package manager holds its lock)", [&]() -> Result<bool> {
        AGENT_TRY_ASSIGN(last, host.run(update));
        if (corrupt(last) && !forgotten) {  // once: what is fetched anew may be no better
          forgotten = true;
          if (auto removed = forget_lists(host); !removed) return pass(std::move(removed));
          return false;
        }
        return last.ok() || !(says(last, "Could not get lock") || says(last, "Unable to lock"));
      }));
  auto complaint =
      last.ok() && !fetched_less(last)
          ? std::string()
          : fmt::format("apt-get update: {}; check the network and /etc/apt/sources.list*, then run again",
                        reason(update, last));
  if (!last.ok()) return fail(Errc::unavailable, "{}", complaint);
  return complaint;
}

Command Packages::install() const {
  std::vector<std::string> argv = {"apt-get",
                                   "install",
                                   "-q",
                                   "-y",
                                   "--no-install-recommends",
                                   "-o",
                                   fmt::format("DPkg::Lock::Timeout={}", lock_timeout_.count() / 1000),
                                   "--"};
  argv.insert(argv.end(), names_.begin(), names_.end());
  return apt(std::move(argv), timeout_);
}

Status Packages::apply(Host& host, const PackagesState& state) {
  if (state.missing.empty()) return {};
  const auto there = host.list(lists);
  const bool have_lists = there && there->size() > 3;  // an image has only auxfiles, lock and partial
  std::string complaint;
  if (!have_lists) {
    AGENT_TRY_ASSIGN(complaint, update_lists(host));
  }
  const auto command = install();
  auto done = host.run(command);
  if (done && !done->ok() && says(*done, "dpkg --configure -a")) {  // power was cut while dpkg ran
    AGENT_TRY(host.run(apt({"dpkg", "--configure", "-a", "--force-confdef", "--force-confold"}, timeout_)));
    done = host.run(command);
  }
  if (done && !done->ok() && have_lists &&
      !says(*done, "lock")) {  // lists that are too old name packages that are gone
    if (name_nothing(*done)) AGENT_TRY(forget_lists(host));
    AGENT_TRY_ASSIGN(complaint, update_lists(host));
    done = host.run(command);
  }
  if (!done) return pass(std::move(done));
  if (done->ok()) return {};
  if (!complaint.empty() && name_nothing(*done))
    return fail(Errc::unavailable, "{}", complaint);  // the cause, not its effect
  if (says(*done, "Could not get lock") || says(*done, "dpkg frontend lock"))
    return fail(
        Errc::timed_out,
        "apt-get install: another package manager held dpkg's lock for {} s: {}; run again when it is done",
        lock_timeout_.count() / 1000, reason(command, *done));
  return fail(Errc::failed, "apt-get install: {}", reason(command, *done));
}

}  // namespace agent
