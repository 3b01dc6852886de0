// SPDX-License-Identifier: Apache-2.0
#include "platform/systemd/systemd.hpp"

#include <poll.h>
#include <systemd/sd-bus.h>

#include <algorithm>
#include <csignal>

#include "platform/posix/posix.hpp"
#include "platform/systemd/job.hpp"
#include "platform/systemd/systemd_names.hpp"
#include "platform/systemd/unit_properties.hpp"

namespace agent {
namespace {

// For calls that only read or change a file. systemd answers in milliseconds, but a busy emulated machine is
// slower.
constexpr Milliseconds call_timeout{60'000};

// While PID 1 executes itself again (systemctl daemon-reexec, an upgrade of systemd), it is off the bus for a
// moment. What is safe to repeat is repeated until it is back.
template <class Call>
auto patiently(const Scope& scope, const Deadline& deadline, Call call) -> decltype(call()) {
  constexpr Milliseconds pause{100};
  const Deadline back(Milliseconds(5'000));
  for (;;) {
    auto result = call();
    if (result || scope.user || result.error().code != Errc::unavailable || back.passed() ||
        deadline.left() <= pause)
      return result;
    ::poll(nullptr, 0, static_cast<int>(pause.count()));
  }
}

struct JobKind {
  const char* method;
  const char* verb;
};
constexpr JobKind kind_of(UnitJob job) {
  switch (job) {
    case UnitJob::start:
      return {"StartUnit", "start"};
    case UnitJob::restart:
      return {"RestartUnit", "restart"};
    case UnitJob::stop:
      break;
  }
  return {"StopUnit", "stop"};
}

std::string where_to_read(const Scope& scope, const std::string& unit) {
  if (!scope.user) return fmt::format("journalctl -u {}", unit);
  return fmt::format("journalctl _UID={} _SYSTEMD_USER_UNIT={}", scope.user->uid, unit);
}

std::string how_it_ended(const UnitProperties& unit) {
  if (unit.exit_kind == CLD_KILLED || unit.exit_kind == CLD_DUMPED)
    return fmt::format("; its main process was killed by signal {}", unit.exit_status);
  if (unit.exit_kind != CLD_EXITED || unit.exit_status == 0) return "";
  // Statuses from 200 are systemd's: a step before the program failed (systemd.exec(5), "Process Exit
  // Codes").
  return fmt::format("; its main process exited with status {}{}", unit.exit_status,
                     unit.exit_status >= 200 ? ", see systemd.exec(5)" : "");
}

// Why a job did not end with "done". `result` is systemd's word for it (org.freedesktop.systemd1(5),
// JobRemoved).
std::string explain(Bus& bus, const std::string& unit, const std::string& result) {
  if (result == "dependency") return "a unit that it requires failed";
  if (result == "canceled") return "another job took its place";
  if (result == "assert") return "an Assert…= of the unit does not hold";
  if (result == "skipped") return "it does not apply to the unit's current state";
  auto properties = unit_properties(bus, unit);
  if (!properties) return result;
  const auto& state = properties->state;
  const bool known = !state.result.empty() && state.result != "success" && state.result != result;
  return fmt::format("{}{}{}", result, known ? ", Result=" + state.result : "", how_it_ended(*properties));
}

// How a job ended whose end was not heard, from the state that it left.
std::string result_seen(Bus& bus, const JobKind& kind, const std::string& unit) {
  const auto properties = unit_properties(bus, unit);
  if (!properties) return "failed";
  const auto& state = properties->state;
  const bool failed = state.active_state == "failed";
  if (kind.verb == std::string_view("stop"))
    return state.active_state == "inactive" || failed ? "done" : "failed";
  return failed ? "failed" : "done";
}

Status run_job_on(Bus& bus, const JobKind& kind, const Scope& scope, const std::string& unit) {
  AGENT_TRY_ASSIGN(auto watch, JobWatch::start(bus));
  // "replace" cancels a waiting job that conflicts, like systemctl does.
  auto reply = bus.call(manager(kind.method),
                        [&](auto* m) { return sd_bus_message_append(m, "ss", unit.c_str(), "replace"); });
  if (!reply && kind.verb == std::string_view("stop") && reply.error().code == Errc::not_found) return {};
  if (!reply) return pass(std::move(reply));
  auto result = watch->result_of(*reply);
  if (!result && result.error().code == Errc::timed_out)
    return fail(Errc::timed_out, "not done within {} s, the job goes on; read more: {}",
                bus.deadline().seconds(), where_to_read(scope, unit));
  if (!result) return pass(std::move(result));
  if (*result == JobWatch::unheard) *result = result_seen(bus, kind, unit);
  if (*result == "done") return {};
  return fail(*result == "timeout" ? Errc::timed_out : Errc::failed, "{}; read more: {}",
              explain(bus, unit, *result), where_to_read(scope, unit));
}

Status call_manager(const Scope& scope, const char* member, const Bus::Fill& fill) {
  const Deadline deadline(call_timeout);
  return patiently(scope, deadline, [&]() -> Status {
    AGENT_TRY_ASSIGN(auto bus, Bus::open(scope, deadline));
    if (auto reply = bus.call(manager(member), fill); !reply) return pass(std::move(reply));
    return {};
  });
}

Status unmask(Bus& bus, const std::string& unit) {
  for (const int runtime : {0, 1}) {  // /etc, then /run
    auto reply = bus.call(manager("UnmaskUnitFiles"),
                          [&](auto* m) { return sd_bus_message_append(m, "asb", 1, unit.c_str(), runtime); });
    if (!reply) return pass(std::move(reply), "unmask");
  }
  return {};
}

Status enable_on(Bus& bus, const std::string& unit, const std::string& what) {
  if (auto unmasked = unmask(bus, unit); !unmasked) return pass(std::move(unmasked), what);
  // runtime=false: permanently; force=true: an existing symlink is replaced.
  auto reply = bus.call(manager("EnableUnitFiles"),
                        [&](auto* m) { return sd_bus_message_append(m, "asbb", 1, unit.c_str(), 0, 1); });
  if (!reply) return pass(std::move(reply), what);
  int has_install_section = 0;
  if (const int r = sd_bus_message_read(reply->get(), "b", &has_install_section); r < 0)
    return fail_errno(-r, what);
  if (has_install_section == 0)
    return fail(Errc::invalid, "{}: the unit file has no [Install] section", what);
  if (auto reloaded = bus.call(manager("Reload"), [](auto*) { return 0; }); !reloaded)
    return pass(std::move(reloaded), what);
  return {};
}

// Waits until the manager itself answers on the user's bus. dbus.socket already listens before that.
Status wait_for_user_manager(const User& user, const Deadline& deadline) {
  for (;;) {
    auto bus = Bus::open(Scope::of(user), deadline);
    auto answer = bus ? bus->call({systemd_service, systemd_path, "org.freedesktop.DBus.Peer", "Ping"},
                                  [](auto*) { return 0; })
                      : Result<BusMessage>(tl::unexpected<Error>(bus.error()));
    if (answer) return {};
    constexpr Milliseconds pause{50};
    if (answer.error().code != Errc::unavailable || deadline.left() <= pause) return pass(std::move(answer));
    ::poll(nullptr, 0, static_cast<int>(pause.count()));
  }
}

}  // namespace

Result<UnitState> unit_state(const Scope& scope, const std::string& unit) {
  const Deadline deadline(call_timeout);
  return patiently(scope, deadline, [&]() -> Result<UnitState> {
    AGENT_TRY_ASSIGN(auto bus, with_context(Bus::open(scope, deadline), unit));
    AGENT_TRY_ASSIGN(auto properties, with_context(unit_properties(bus, unit), unit));
    return std::move(properties.state);
  });
}

Status run_job(UnitJob job, const Scope& scope, const std::string& unit, Milliseconds timeout) {
  const auto kind = kind_of(job);
  const auto what = fmt::format("{} {}", kind.verb, unit);
  const Deadline deadline(timeout);
  return patiently(scope, deadline, [&]() -> Status {
    AGENT_TRY_ASSIGN(auto bus, with_context(Bus::open(scope, deadline), what));
    return with_context(run_job_on(bus, kind, scope, unit), what);
  });
}

Status enable_unit_file(const Scope& scope, const std::string& unit) {
  const auto what = "enable " + unit;
  const Deadline deadline(call_timeout);
  return patiently(scope, deadline, [&]() -> Status {
    AGENT_TRY_ASSIGN(auto bus, with_context(Bus::open(scope, deadline), what));
    return enable_on(bus, unit, what);
  });
}

Status reset_failed_unit(const Scope& scope, const std::string& unit) {
  auto done = call_manager(scope, "ResetFailedUnit",
                           [&](auto* m) { return sd_bus_message_append(m, "s", unit.c_str()); });
  if (done || done.error().code == Errc::not_found) return {};
  return pass(std::move(done), "reset-failed " + unit);
}

Status reload_systemd(const Scope& scope) {
  auto done = call_manager(scope, "Reload", [](auto*) { return 0; });
  if (!done) return pass(std::move(done), "daemon-reload");
  return {};
}

Status enable_user_linger(const User& user, Milliseconds timeout) {
  const auto what = "linger of " + user.name;
  const Deadline deadline(timeout);
  AGENT_TRY_ASSIGN(auto bus, with_context(Bus::open(Scope::system(), deadline), what));
  const BusMethod set_linger = {"org.freedesktop.login1", "/org/freedesktop/login1",
                                "org.freedesktop.login1.Manager", "SetUserLinger"};
  // linger=true, interactive=false: never ask anyone for a password.
  auto set = bus.call(set_linger, [&](auto* m) { return sd_bus_message_append(m, "ubb", user.uid, 1, 0); });
  if (!set) return pass(std::move(set), what);

  // logind only queues the start of the user's manager. A manager that was started before the package
  // dbus-user-session was installed has no bus until it is restarted. Nothing could be asked of it anyway, so
  // a restart loses nothing.
  const auto bring_up = [&](UnitJob job) -> Status {
    constexpr Milliseconds grace{3'000};
    AGENT_TRY(run_job(job, Scope::system(), fmt::format("user@{}.service", user.uid), deadline.left()));
    return wait_for_user_manager(user, Deadline(std::min(grace, deadline.left())));
  };
  auto up = bring_up(UnitJob::start);
  if (!up && !deadline.passed()) up = bring_up(UnitJob::restart);
  if (!up) return pass(std::move(up), what);
  return {};
}

}  // namespace agent
