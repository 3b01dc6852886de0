// SPDX-License-Identifier: Apache-2.0
#include "resources/packages.hpp"

#include <algorithm>
#include <set>
#include <sstream>

#include "ports/wait.hpp"
#include "resources/apt.hpp"

namespace agent {
namespace {

constexpr Milliseconds between_tries(3'000);

std::string seconds_of(Milliseconds time) { return std::to_string(time.count() / 1000); }

// update-notifier-common's and unattended-upgrades' mark, and its list of packages, some of them more than
// once.
std::string reboot_reasons(const Probe& probe) {
  const auto due = probe.exists("/run/reboot-required");
  if (!due || !*due) return {};
  const auto list = probe.read_file("/run/reboot-required.pkgs");
  std::istringstream lines(list ? *list : std::string());
  std::set<std::string> names;
  for (std::string line; std::getline(lines, line);)
    if (!line.empty()) names.insert(line);
  return names.empty() ? "an update" : fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

Packages::Packages(const Profile& profile) : Packages("packages", profile.packages, "", profile) {}

std::unique_ptr<Packages> Packages::iptables(const Profile& profile) {
  return std::unique_ptr<Packages>(
      new Packages("packages/iptables", {"iptables"}, "/usr/sbin/iptables", profile));
}

Packages::Packages(std::string name, std::vector<std::string> names, std::string program,
                   const Profile& profile)
    : ResourceOf({std::move(name), {"resolver"}, {"dpkg"}}),
      names_(std::move(names)),
      program_(std::move(program)),
      lock_timeout_(profile.limits.dpkg_lock_timeout),
      fetch_timeout_(profile.limits.download_timeout),
      timeout_(profile.limits.apt_timeout) {}

Result<PackagesState> Packages::look(const Probe& probe) const {
  if (!program_.empty()) {
    AGENT_TRY_ASSIGN(const bool there, probe.exists(program_));
    return PackagesState{there ? std::vector<std::string>() : names_, {}};
  }
  AGENT_TRY_ASSIGN(const auto done, with_context(probe.query(Query::packages(names_)), "dpkg-query"));
  PackagesState state;
  for (const auto& name : names_)
    if (("\n" + done.out).find("\n" + name + " installed\n") == std::string::npos)
      state.missing.push_back(name);
  state.reboot_for = reboot_reasons(probe);
  return state;
}

Observation Packages::describe(const PackagesState& state) const {
  Observation seen;
  for (const auto& name : state.missing) seen.drift("package " + name, "not installed", "installed");
  if (!state.reboot_for.empty()) seen.note("a reboot is due, for " + state.reboot_for);
  return seen;
}

// Others may use apt, and a mirror or the DNS may be away for a moment: the minutes after power-on are like
// that. So it is tried again for as long as the profile says, and what is told then is the last reason.
Status Packages::apply(Host& host, const PackagesState& state) {
  if (state.missing.empty()) return {};
  const Apt apt(host, timeout_);
  const auto began = host.now();
  Apt::Ended last;
  const auto waited = wait_until(
      host, std::max(lock_timeout_, fetch_timeout_), "apt-get",
      [&]() -> Result<bool> {
        AGENT_TRY_ASSIGN(last, apt.install(state.missing));
        if (last.how == Apt::Ended::How::busy) return host.now() - began >= lock_timeout_;
        if (last.how == Apt::Ended::How::unreachable) return host.now() - began >= fetch_timeout_;
        return true;
      },
      between_tries);
  if (!waited && waited.error().code != Errc::timed_out) return waited;
  const auto waited_for = seconds_of(std::chrono::duration_cast<Milliseconds>(host.now() - began));
  switch (last.how) {
    case Apt::Ended::How::installed:
      return {};
    case Apt::Ended::How::busy:
      return fail(Errc::timed_out,
                  "another package manager held its lock for {} s: {}; run again when it is done", waited_for,
                  last.why);
    case Apt::Ended::How::unreachable:
      return fail(Errc::unavailable,
                  "{}; tried for {} s: check the network and /etc/apt/sources.list*, then run again",
                  last.why, waited_for);
    case Apt::Ended::How::would_remove:
      return fail(Errc::refused, "{}", last.why);
    case Apt::Ended::How::failed:
      break;
  }
  return fail(Errc::failed, "{}", last.why);
}

}  // namespace agent
