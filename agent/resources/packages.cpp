#include "resources/packages.hpp"

#include <sstream>

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

// The last line that says what went wrong: apt prefixes those with "E:".
std::string reason(const Completed& done) {
  if (done.timed_out) return "did not end in time";
  std::istringstream lines(done.err);
  std::string found = fmt::format("exit {}", done.exit_code);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("E: ")) found = line.substr(3);
  return found;
}

bool says(const Completed& done, std::string_view text) { return done.err.find(text) != std::string::npos; }

const std::string lists = "/var/lib/apt/lists";

// Lists that a power cut has left in pieces, or the cache that apt makes of them: update refuses to begin with them, so only their
// absence makes it fetch them anew.
bool corrupt(const Completed& done) {
  return says(done, "Problem with MergeList " + lists) || says(done, "The package cache file is corrupted");
}

// Lists that are there and empty, as a power cut leaves what was not synced: apt misses nothing in them, and update, which looks at
// their names and the mirror's index, keeps them.
bool name_nothing(const Completed& done) {
  return says(done, "Unable to locate package") || says(done, "has no installation candidate") || says(done, "is not installable");
}

Status forget_lists(Host& host) {
  for (const char* cache : {"/var/cache/apt/pkgcache.bin", "/var/cache/apt/srcpkgcache.bin"}) AGENT_TRY(host.remove(cache));
  AGENT_TRY_ASSIGN(auto names, host.list(lists));
  for (const auto& name : names) {
    AGENT_TRY_ASSIGN(auto info, host.stat(lists + "/" + name));
    if (info && info->type == FileType::regular && name != "lock") AGENT_TRY(host.remove(lists + "/" + name));
  }
  return {};
}

}  // namespace

Packages::Packages(const Profile& profile)
    : Resource({"packages", {"resolver"}, {"dpkg"}}),
      names_(profile.packages),
      lock_timeout_(profile.limits.dpkg_lock_timeout),
      timeout_(profile.limits.apt_timeout) {}

Result<Observation> Packages::observe(const Probe& probe) const {
  AGENT_TRY_ASSIGN(auto done, with_context(probe.query(Query::packages(names_)), "dpkg-query"));
  Observation seen;
  for (const auto& name : names_)
    if (("\n" + done.out).find("\n" + name + " installed\n") == std::string::npos)
      seen.drift("package " + name, "not installed", "installed");
  return seen;
}

// The lists' lock is the one that apt's own option does not wait for (apt.conf(5), DPkg::Lock::Timeout).
Status Packages::update_lists(Host& host) const {
  Completed last;
  bool forgotten = false;
  AGENT_TRY(wait_until(host, lock_timeout_, "apt-get update (another package manager holds its lock)", [&]() -> Result<bool> {
    AGENT_TRY_ASSIGN(auto done, host.run(apt({"apt-get", "update", "-q"}, timeout_)));
    last = std::move(done);
    if (corrupt(last) && !forgotten) {  // once: what is fetched anew may be no better
      forgotten = true;
      if (auto removed = forget_lists(host); !removed) return pass(std::move(removed));
      return false;
    }
    return last.ok() || !(says(last, "Could not get lock") || says(last, "Unable to lock"));
  }));
  if (last.ok()) return {};
  return fail(Errc::unavailable, "apt-get update: {}; check the network and /etc/apt/sources.list*, then run again", reason(last));
}

Result<Completed> Packages::install(Host& host) const {
  std::vector<std::string> argv = {"apt-get", "install", "-q", "-y", "--no-install-recommends", "-o",
                                   fmt::format("DPkg::Lock::Timeout={}", lock_timeout_.count() / 1000), "--"};
  argv.insert(argv.end(), names_.begin(), names_.end());
  return host.run(apt(std::move(argv), timeout_));
}

Status Packages::apply(Host& host, const Observation& /*seen*/) {
  auto there = host.list(lists);
  const bool have_lists = there && there->size() > 3;  // an image has only auxfiles, lock and partial
  if (!have_lists) AGENT_TRY(update_lists(host));
  auto done = install(host);
  if (done && !done->ok() && says(*done, "dpkg --configure -a")) {  // power was cut while dpkg ran
    AGENT_TRY_ASSIGN(auto repaired, host.run(apt({"dpkg", "--configure", "-a", "--force-confdef", "--force-confold"}, timeout_)));
    done = install(host);
  }
  if (done && !done->ok() && have_lists && !says(*done, "lock")) {  // lists that are too old name packages that are gone
    if (name_nothing(*done)) AGENT_TRY(forget_lists(host));
    AGENT_TRY(update_lists(host));
    done = install(host);
  }
  if (!done) return pass(std::move(done));
  if (done->ok()) return {};
  if (says(*done, "Could not get lock") || says(*done, "dpkg frontend lock"))
    return fail(Errc::timed_out, "apt-get install: another package manager held dpkg's lock for {} s: {}; run again when it is done",
                lock_timeout_.count() / 1000, reason(*done));
  return fail(Errc::failed, "apt-get install: {}", reason(*done));
}

}  // namespace agent
