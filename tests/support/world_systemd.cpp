// SPDX-License-Identifier: Apache-2.0
#include "support/world_systemd.hpp"

#include <sstream>

#include "support/world_programs.hpp"

namespace agent::world {
namespace {

const std::string dev_null = "/dev/null";  // the target of a mask

std::vector<std::string> exec_start(const std::string& unit) {
  const auto at = ("\n" + unit).find("\nExecStart=");
  if (at == std::string::npos) return {};
  std::istringstream words(unit.substr(at + 10, unit.find('\n', at) - at - 10));
  return {std::istream_iterator<std::string>(words), {}};
}

}  // namespace

std::string UnitFiles::directory(const Scope& scope) {
  return scope.user ? scope.user->home + "/.config/systemd/user/" : "/etc/systemd/system/";
}

UnitFiles::OnDisk UnitFiles::on_disk(const FakeHost& host, const std::string& path) {
  OnDisk found;
  const auto* node = host.files.find(path);
  if (node != nullptr) found.text = node->content;
  const auto names = host.list(path + ".d");
  for (const auto& name : names ? *names : std::vector<std::string>()) {
    found.drop_ins.push_back(path + ".d/" + name);
    found.text += host.files.find(found.drop_ins.back())->content;
  }
  return found;
}

void UnitFiles::load(FakeHost& host, const Scope& scope, const std::string& name) {
  const auto path = directory(scope) + name;
  const auto* node = host.files.find(path);
  auto& state = host.unit_of(scope, name);
  const auto found = on_disk(host, path);
  const bool masked = node != nullptr && node->type == FileType::symlink && node->content == dev_null;
  state.load_state = node == nullptr ? "not-found" : masked ? "masked" : "loaded";
  if (masked) state.unit_file_state = "masked";
  if (!masked && (state.unit_file_state.empty() || state.unit_file_state == "masked"))
    state.unit_file_state = "disabled";
  if (state.active_state.empty()) state.active_state = "inactive";
  state.fragment_path = node == nullptr ? "" : path;
  state.drop_in_paths = found.drop_ins;
  state.exec_start = node == nullptr || masked ? std::vector<std::string>() : exec_start(node->content);
  state.need_daemon_reload = false;
  loaded_[{scope.user ? scope.user->name : "", name}] = found;
}

void UnitFiles::look(FakeHost& host, const Scope& scope, const std::string& name) {
  if (!scope.user && name.starts_with("user@")) {
    auto& state = host.unit_of(scope, name);
    state.active_state = "inactive";
    for (const auto& user : host.user_managers)
      if (name == fmt::format("user@{}.service", host.users.at(user).uid)) state.active_state = "active";
    return;
  }
  const auto path = directory(scope) + name;
  const auto loaded = loaded_.find({scope.user ? scope.user->name : "", name});
  if (loaded != loaded_.end())
    host.unit_of(scope, name).need_daemon_reload = !(on_disk(host, path) == loaded->second);
  else if (host.files.find(path) != nullptr)
    load(host, scope, name);
}

void UnitFiles::reload(FakeHost& host, const Scope& scope) {
  const auto owner = scope.user ? scope.user->name : "";
  const auto known = loaded_;
  for (const auto& [key, found] : known)
    if (key.first == owner) load(host, scope, key.second);
}

Status run_program(FakeHost& host, UnitState& state) {
  const auto program =
      state.exec_start.empty() ? std::string() : resolve(host.files, state.exec_start.front());
  if (program.empty() || !runnable(host.files, program)) {
    state.active_state = "failed";
    state.result = "exit-code";
    return fail(Errc::failed, "{}: exit-code", state.fragment_path);
  }
  if (state.main_pid != 0) host.files.erase(fmt::format("/proc/{}", state.main_pid));
  // A start takes time, so that files written before are older than the process.
  host.advance(Milliseconds(1000));
  const auto uptime = std::chrono::duration_cast<Milliseconds>(host.now().time_since_epoch());
  state.main_pid = static_cast<pid_t>(uptime.count());  // a pid that no other process has
  state.active_state = "active";
  state.sub_state = "running";
  state.result = "success";
  const auto now =
      std::chrono::duration_cast<std::chrono::microseconds>(host.wall_clock().time_since_epoch());
  state.active_since_us = static_cast<std::uint64_t>(now.count());
  host.files.put_symlink(fmt::format("/proc/{}/exe", state.main_pid), program);
  return {};
}

}  // namespace agent::world
