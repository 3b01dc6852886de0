// SPDX-License-Identifier: Apache-2.0
#include "support/world_host.hpp"

#include <algorithm>
#include <thread>

namespace agent::world {

WorldHost::WorldHost() {
  on_reload([this](FakeHost& on, const Scope& scope) { unit_files_.reload(on, scope); });
}

std::vector<std::string> WorldHost::breaches() const {
  const Lock lock(mutex_);
  return breaches_;
}

void WorldHost::breach(const std::string& what) {
  const Lock lock(mutex_);
  breaches_.push_back(what);
}

bool WorldHost::holds_secret(std::string_view text) const {
  const Lock lock(mutex_);
  return std::any_of(canaries.begin(), canaries.end(),
                     [&](const auto& canary) { return text.find(canary) != std::string_view::npos; });
}

std::vector<std::string> WorldHost::files_with_secrets() const {
  const Lock lock(mutex_);
  std::vector<std::string> found;
  for (const auto& [path, node] : files.all())
    if (holds_secret(node.content)) found.push_back(path);
  return found;
}

Result<UnitState> WorldHost::unit(const Scope& scope, const std::string& name) const {
  const Lock lock(mutex_);
  auto& self = const_cast<WorldHost&>(*this);  // systemd reads a unit at the first request for it
  unit_files_.look(self, scope, name);
  return FakeHost::unit(scope, name);
}

void WorldHost::read_units_again() {
  const Lock lock(mutex_);
  unit_files_.reload(*this, Scope::system());
  for (const auto& [name, user] : users) unit_files_.reload(*this, Scope::of(user));
}

void WorldHost::progress(std::string_view line) {
  if (holds_secret(line)) breach("a progress line shows a secret");
  FakeHost::progress(line);
}

Result<std::string> WorldHost::random_hex(std::size_t bytes) {
  const Lock lock(mutex_);
  auto made = FakeHost::random_hex(bytes);
  if (made) canaries.push_back(*made);
  return made;
}

Status WorldHost::before(std::string_view change, std::string_view what) {
  if (shake != 0)
    for (auto times = (++moments_ * 2654435761U ^ shake * 40503U) >> 3U & 7U; times > 0; --times)
      std::this_thread::yield();
  if (holds_secret(what)) breach(fmt::format("{} names a secret", change));
  return FakeHost::before(change, what);
}

Status WorldHost::do_write_file(const Path& path, std::string_view content, const FileMode& mode) {
  if (holds_secret(content)) {
    if (!may_hold_secrets.contains(path.shown()))
      breach(fmt::format("a secret was written to {}", path.shown()));
    if (mode.mode != 0600)
      breach(fmt::format("{} with a secret was written {:04o}", path.shown(), mode.mode));
  }
  return FakeHost::do_write_file(path, content, mode);
}

void WorldHost::watch_unlink(const std::string& path) {
  const Lock lock(mutex_);
  for (const auto& name : files_with_secrets())
    if (name == path || name.starts_with(path + "/")) breach(name + " was unlinked with a secret in it");
}

Status WorldHost::do_remove(const Path& path) {
  watch_unlink(path.home_of ? path.home_of->home + "/" + path.path : path.path);
  return FakeHost::do_remove(path);
}

Status WorldHost::do_remove_tree(const std::string& directory) {
  watch_unlink(directory);
  return FakeHost::do_remove_tree(directory);
}

Result<Completed> WorldHost::do_run(const Command& command) {
  for (const auto& word : command.argv)
    if (holds_secret(word)) breach(command.argv.front() + " was given a secret in argv");
  for (const auto& [name, value] : command.env)
    if (holds_secret(value)) breach(command.argv.front() + " was given a secret in the environment");
  return FakeHost::do_run(command);
}

}  // namespace agent::world
