// SPDX-License-Identifier: Apache-2.0
// The fake host's systemd: units, the managers they belong to, and jobs.
#include "support/fake_host.hpp"

namespace agent {

Result<UnitState> FakeHost::unit(const Scope& scope, const std::string& name) const {
  const Lock lock(mutex_);
  AGENT_TRY(with_context(reachable(scope), name));
  const auto found = units.find(key(scope, name));
  if (found != units.end()) return found->second;
  UnitState unknown;
  unknown.load_state = "not-found";
  unknown.active_state = "inactive";
  unknown.sub_state = "dead";
  return unknown;
}

Status FakeHost::reachable(const Scope& scope) const {
  if (!scope.user ||
      (user_managers.contains(scope.user->name) && !unreachable_buses.contains(scope.user->name)))
    return {};
  return fail(Errc::unavailable,
              "user manager of {}: /run/user/{}/bus: No such file or directory; it needs package "
              "dbus-user-session and linger "
              "(loginctl enable-linger {})",
              scope.user->name, scope.user->uid, scope.user->name);
}

Result<UnitState*> FakeHost::manager_unit(const Scope& scope, const std::string& name) {
  AGENT_TRY(reachable(scope));
  static_cast<void>(unit(scope, name));  // systemd reads a unit when it is first asked for
  const auto found = units.find(key(scope, name));
  if (found == units.end()) return fail(Errc::not_found, "Unit {} not found.", name);
  return &found->second;
}

void FakeHost::run_default(Job job, UnitState& state) {
  const bool up = job != Job::stop;
  state.active_state = up ? "active" : "inactive";
  state.sub_state = up ? "running" : "dead";
  state.result = "success";
  state.main_pid = up ? ++next_pid_ : 0;
  const auto now = std::chrono::duration_cast<std::chrono::microseconds>(wall_clock().time_since_epoch());
  if (up) state.active_since_us = static_cast<std::uint64_t>(now.count());
}

// Why a job failed, from the state that it left, as the real host says it.
std::string FakeHost::explain(const Scope& scope, const std::string& name, const UnitState& state) const {
  const auto where = scope.user
                         ? fmt::format("journalctl _UID={} _SYSTEMD_USER_UNIT={}", scope.user->uid, name)
                         : "journalctl -u " + name;
  if (state.result == "assert") return "an Assert…= of the unit does not hold; read more: " + where;
  const bool exited = state.result == "exit-code";
  return fmt::format("failed{}{}; read more: {}",
                     state.result.empty() || state.result == "success" ? "" : ", Result=" + state.result,
                     exited ? fmt::format("; its main process exited with status {}", exit_status) : "",
                     where);
}

Status FakeHost::do_job(Job job, const Scope& scope, const std::string& name, Milliseconds) {
  const auto what = fmt::format("{} {}",
                                job == Job::start     ? "start"
                                : job == Job::restart ? "restart"
                                                      : "stop",
                                name);
  return with_context(change([&]() -> Status {
                        auto state = manager_unit(scope, name);
                        if (!state && job == Job::stop && state.error().code == Errc::not_found) return {};
                        if (!state) return pass(std::move(state));
                        if ((*state)->unit_file_state == "masked" && job != Job::stop)
                          return fail(Errc::refused, "Unit {} is masked.", name);
                        if (job == Job::start && (*state)->active_state == "active") return {};
                        const auto& handlers = job == Job::stop ? stops_ : starts_;
                        if (const auto handler = handlers.find(name); handler != handlers.end()) {
                          const auto runs = handler->second;
                          auto done = runs(*this, **state);
                          if (done || done.error().code != Errc::failed) return done;
                          return fail(Errc::failed, "{}",
                                      explain(scope, name, **state));  // systemd doesn't know more
                        }
                        run_default(job, **state);
                        return {};
                      }),
                      what);
}

Status FakeHost::do_enable_unit(const Scope& scope, const std::string& name) {
  return with_context(
      change([&]() -> Status {
        auto state = manager_unit(scope, name);
        if (!state) return pass(std::move(state));
        const std::string directory = "/etc/systemd/system/";
        const auto* file = scope.user ? nullptr : std::as_const(files).find(directory + name);
        if (file != nullptr && file->type == FileType::regular &&
            file->content.find("[Install]") == std::string::npos)
          return fail(Errc::invalid, "the unit file has no [Install] section");
        if ((*state)->unit_file_state != "enabled") enabled_.insert(key(scope, name));
        (*state)->unit_file_state = "enabled";
        if ((*state)->load_state == "masked") (*state)->load_state = "loaded";
        const std::string wanted_by = "\nWantedBy=";
        if (const auto at = file == nullptr ? std::string::npos : file->content.find(wanted_by);
            at != std::string::npos) {
          const auto begin = at + wanted_by.size();
          const auto target = file->content.substr(begin, file->content.find('\n', begin) - begin);
          files.put_symlink(fmt::format("{}{}.wants/{}", directory, target, name), directory + name);
        }
        return {};
      }),
      "enable " + name);
}

Status FakeHost::do_reset_failed(const Scope& scope, const std::string& name) {
  return change([&]() -> Status {
    auto state = manager_unit(scope, name);
    if (!state && state.error().code == Errc::not_found) return {};
    if (!state) return pass(std::move(state), "reset-failed " + name);
    if ((*state)->active_state == "failed") (*state)->active_state = "inactive";
    (*state)->result = "success";
    return {};
  });
}

Status FakeHost::do_reload_manager(const Scope& scope) {
  return change([&]() -> Status {
    AGENT_TRY(with_context(reachable(scope), "daemon-reload"));
    for (auto& [name, state] : units)
      if (name.first == (scope.user ? scope.user->name : "")) state.need_daemon_reload = false;
    if (reload_) reload_(*this, scope);
    return {};
  });
}

Status FakeHost::do_enable_linger(const User& user, Milliseconds) {
  return change([&]() -> Status {
    files.put("/var/lib/systemd/linger/" + user.name, "");
    user_managers.insert(user.name);
    unreachable_buses.erase(user.name);
    return {};
  });
}

}  // namespace agent
