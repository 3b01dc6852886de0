// SPDX-License-Identifier: Apache-2.0
#include "resources/common/artifact.hpp"

#include <map>

#include "core/paths.hpp"

namespace agent {
namespace {

std::string link_target(const Probe& probe, const std::string& path) {
  auto target = probe.read_link(path);
  return target ? *target : "absent or not a link";
}

}  // namespace

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
}

Artifact::Artifact(std::string name, std::string version, Links links)
    : name_(std::move(name)), version_(std::move(version)), links_(std::move(links)) {}

std::string Artifact::directory() const { return root() + "/" + version_; }
std::string Artifact::stamp() const { return stamp_of(version_); }
std::string Artifact::stamp_of(const std::string& version) const {
  return paths::stamps + "/" + name_ + "-" + version;
}

Result<Artifact::State> Artifact::look(const Probe& probe) const {
  State state;
  AGENT_TRY_ASSIGN(const auto present, probe.exists(directory()));
  if (present) {
    const auto made = probe.read_file(stamp());
    AGENT_TRY_ASSIGN(const auto now, with_context(probe.fingerprint(directory()), directory()));
    state.version = made && *made == now ? State::Version::as_made : State::Version::changed;
  }
  state.current = link_target(probe, root() + "/current");
  for (const auto& [path, inside] : links_) state.links.push_back(link_target(probe, path));
  return state;
}

void Artifact::describe(const State& state, Observation& seen) const {
  if (state.version != State::Version::as_made)
    seen.drift("version", state.version == State::Version::absent ? "absent" : "not as it was made",
               version_);
  seen.expect("current", state.current, version_);
  for (std::size_t i = 0; i < links_.size(); ++i)
    seen.expect("link " + links_[i].first, state.links[i], target_of(links_[i].second));
}

Status Artifact::put(Host& host, const Make& make) const {
  const auto staging = root() + "/." + version_ + ".partial";
  const auto old = root() + "/." + version_ + ".old";
  AGENT_TRY(host.make_directory(root(), {0755}));
  AGENT_TRY(host.remove_tree(staging));
  AGENT_TRY(host.remove_tree(old));
  if (auto made = make(host, staging); !made) {
    (void)host.remove_tree(
        staging);  // otherwise a full disk stays full; the first error is the one to report
    return made;
  }
  AGENT_TRY(host.give_to_root(staging));
  AGENT_TRY_ASSIGN(auto fingerprint, with_context(host.fingerprint(staging), staging));
  AGENT_TRY_ASSIGN(auto present, host.stat(directory()));
  if (present) AGENT_TRY(host.rename(directory(), old));
  AGENT_TRY(host.write_file(stamp(), fingerprint, {0644}));
  AGENT_TRY(host.rename(staging, directory()));
  return host.remove_tree(old);
}

Status Artifact::install(Host& host, const State& state, const Make& make) const {
  if (state.version != State::Version::as_made) AGENT_TRY(put(host, make));
  if (!is_current(state)) AGENT_TRY(make_current(host, version_));
  for (std::size_t i = 0; i < links_.size(); ++i)
    if (const auto target = target_of(links_[i].second); state.links[i] != target)
      AGENT_TRY(host.make_symlink(target, links_[i].first));
  return {};
}

Result<std::string> Artifact::current(const Probe& probe) const {
  auto target = probe.read_link(root() + "/current");
  if (!target || target->find('/') != std::string::npos) return std::string();
  AGENT_TRY_ASSIGN(auto there, probe.stat(root() + "/" + *target));
  return there ? *target : std::string();
}

Status Artifact::make_current(Host& host, const std::string& version) const {
  return host.make_symlink(version, root() + "/current");
}

Result<std::vector<std::string>> Artifact::others(const Probe& probe) const {
  AGENT_TRY_ASSIGN(auto names, probe.list(root()));
  std::multimap<std::chrono::system_clock::time_point, std::string, std::greater<>> by_age;
  for (const auto& name : names) {
    if (name == "current" || name == version_ || name.starts_with(".")) continue;
    AGENT_TRY_ASSIGN(auto made, probe.stat(stamp_of(name)));
    by_age.emplace(made ? made->modified : std::chrono::system_clock::time_point(), name);
  }
  std::vector<std::string> versions;
  for (const auto& [age, name] : by_age) versions.push_back(name);
  return versions;
}

// The stamp is removed first: a version without a stamp counts as the oldest, so the next run continues with
// it.
Status Artifact::remove(Host& host, const std::string& version) const {
  AGENT_TRY(host.remove(stamp_of(version)));
  return host.remove_tree(root() + "/" + version);
}

}  // namespace agent
