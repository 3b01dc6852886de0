// SPDX-License-Identifier: Apache-2.0
#include "platform/systemd/systemd.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <thread>

#include "adapters/mock_systemd.hpp"
#include "adapters/private_bus.hpp"
#include "platform/systemd/transient.hpp"

using namespace agent;
using namespace agent::test;

namespace {

constexpr Milliseconds plenty{10'000};

struct Machine {
  PrivateBus bus;
  MockSystemd systemd{bus.address()};
};

void failed(const Status& status, Errc code, const std::string& message) {
  REQUIRE_FALSE(status);
  CHECK(status.error().code == code);
  CHECK(status.error().message == message);
}

}  // namespace

TEST_CASE("run_job: a job's end is seen, whether it comes before the reply, after it, or after another's") {
  const Machine machine;
  for (const char* unit : {"good.service", "early.service"}) {
    const auto done = run_job(UnitJob::start, Scope::system(), unit, plenty);
    CHECK_MESSAGE(done, done.error().message);
  }
  CHECK(run_job(UnitJob::restart, Scope::system(), "good.service", plenty));
  CHECK(run_job(UnitJob::stop, Scope::system(), "good.service", plenty));
  CHECK(machine.systemd.calls() == std::vector<std::string>{"Subscribe ", "StartUnit good.service replace",
                                                            "Subscribe ", "StartUnit early.service replace",
                                                            "Subscribe ", "RestartUnit good.service replace",
                                                            "Subscribe ", "StopUnit good.service replace"});
}

TEST_CASE("run_job: a failed job says why, and where to read more") {
  const Machine machine;
  failed(run_job(UnitJob::start, Scope::system(), "fails.service", plenty), Errc::failed,
         "start fails.service: failed, Result=exit-code; its main process exited with status 7; read more: "
         "journalctl -u fails.service");
  failed(run_job(UnitJob::start, Scope::system(), "starved.service", plenty), Errc::failed,
         "start starved.service: a unit that it requires failed; read more: journalctl -u starved.service");
  failed(run_job(UnitJob::start, Scope::system(), "absent.service", plenty), Errc::not_found,
         "start absent.service: Unit absent.service not found.");
  failed(run_job(UnitJob::start, Scope::system(), "masked.service", plenty), Errc::refused,
         "start masked.service: Unit masked.service is masked.");
  CHECK(run_job(UnitJob::stop, Scope::system(), "absent.service",
                plenty));  // it does not run, as it should be
}

TEST_CASE("run_job: every wait ends at the deadline") {
  const Machine machine;
  const auto begin = std::chrono::steady_clock::now();
  failed(
      run_job(UnitJob::start, Scope::system(), "stuck.service", Milliseconds(300)), Errc::timed_out,
      "start stuck.service: not done within 0.3 s, the job goes on; read more: journalctl -u stuck.service");
  failed(run_job(UnitJob::start, Scope::system(), "mute.service", Milliseconds(300)), Errc::timed_out,
         "start mute.service: StartUnit: no answer within 0.3 s");
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(5));
}

TEST_CASE(
    "run_job: PID 1 executes itself again: the call is repeated, and an end that nobody heard is seen") {
  const Machine machine;
  CHECK(run_job(UnitJob::start, Scope::system(), "shy.service", plenty));
  CHECK(run_job(UnitJob::stop, Scope::system(), "lost.service", plenty));
  failed(run_job(UnitJob::start, Scope::system(), "lost.service", plenty), Errc::failed,
         "start lost.service: failed, Result=exit-code; its main process exited with status 7; read more: "
         "journalctl -u lost.service");
}

TEST_CASE("run_job: systemd that goes away") {
  const Machine machine;
  const auto result = run_job(UnitJob::start, Scope::system(), "gone.service", plenty);
  REQUIRE_FALSE(result);
  CHECK(result.error().code == Errc::unavailable);
}

TEST_CASE("run_job: from several threads at once") {
  const Machine machine;
  std::vector<std::thread> threads;
  threads.reserve(8);
  std::atomic<int> done = 0;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back(
        [&] { done += run_job(UnitJob::start, Scope::system(), "good.service", plenty) ? 1 : 0; });
  for (auto& thread : threads) thread.join();
  CHECK(done == 8);
}

TEST_CASE("unit_state: all wanted properties are read, unknown ones are skipped") {
  const Machine machine;
  const auto state = unit_state(Scope::system(), "one.service");
  REQUIRE_MESSAGE(state, state.error().message);
  CHECK(state->load_state == "loaded");
  CHECK(state->active_state == "failed");
  CHECK(state->sub_state == "failed");
  CHECK(state->unit_file_state == "enabled");
  CHECK(state->result == "exit-code");
  CHECK(state->fragment_path == "/etc/systemd/system/one.service");
  CHECK(state->drop_in_paths == std::vector<std::string>{"/etc/a.conf", "/run/b.conf"});
  CHECK(state->exec_start == std::vector<std::string>{"node", "a b"});
  CHECK(state->main_pid == 4711);
  CHECK(state->restarts == 3);
  CHECK(state->need_daemon_reload);
  CHECK(state->active_since_us == 1'700'000'000'000'000);
}

TEST_CASE(
    "enable_unit_file: unmasks (permanently and at runtime), enables permanently and by force, reloads") {
  const Machine machine;
  CHECK(enable_unit_file(Scope::system(), "good.service"));
  CHECK(machine.systemd.calls() == std::vector<std::string>{"UnmaskUnitFiles good.service 0 0",
                                                            "UnmaskUnitFiles good.service 1 0",
                                                            "EnableUnitFiles good.service 0 1", "Reload "});
  failed(enable_unit_file(Scope::system(), "static.service"), Errc::invalid,
         "enable static.service: the unit file has no [Install] section");
}

TEST_CASE("reset_failed_unit and reload_systemd") {
  const Machine machine;
  CHECK(reset_failed_unit(Scope::system(), "one.service"));
  CHECK(reset_failed_unit(Scope::system(), "absent.service"));
  CHECK(reload_systemd(Scope::system()));
  CHECK(machine.systemd.calls() ==
        std::vector<std::string>{"ResetFailedUnit one.service", "ResetFailedUnit absent.service", "Reload "});
}

TEST_CASE("start_transient: what systemd is told") {
  const Machine machine;
  const TransientUnit unit = {
      "run.service", "a run", {"/usr/bin/agent", "--reconcile now"}, {{"StandardOutput", "journal+console"}}};
  CHECK(start_transient(unit, plenty));
  CHECK(machine.systemd.calls().back() ==
        "StartTransientUnit run.service fail Description=a run Type=exec CollectMode=inactive-or-failed "
        "StandardOutput=journal+console ExecStart=/usr/bin/agent[/usr/bin/agent|--reconcile now]0");
}

TEST_CASE("start_transient: what can go wrong") {
  const Machine machine;
  failed(start_transient({"there.service", "", {"/bin/a", "b"}, {}}, plenty), Errc::refused,
         "start there.service: Unit there.service was already loaded.");
  failed(start_transient({"fails.service", "", {"/bin/a", "b"}, {}}, plenty), Errc::failed,
         "start fails.service: failed; read more: journalctl -u fails.service");
  failed(start_transient({"empty.service", "", {}, {}}, plenty), Errc::invalid,
         "start empty.service: nothing to run");
}

TEST_CASE("a manager that is not there is unavailable") {
  const PrivateBus bus;  // a bus without systemd
  CHECK(unit_state(Scope::system(), "one.service").error().code == Errc::unavailable);

  ::setenv("DBUS_SYSTEM_BUS_ADDRESS", "unix:path=/nonexistent/bus", 1);
  const auto system = unit_state(Scope::system(), "one.service");
  REQUIRE_FALSE(system);
  CHECK(system.error().code == Errc::unavailable);
  CHECK(system.error().message ==
        "one.service: system bus: No such file or directory; is dbus.service running?");
}

TEST_CASE("a user's manager that is not there is unavailable" * doctest::skip(::geteuid() != 0)) {
  User nobody;
  nobody.name = "nobody";
  nobody.uid = 65534;
  nobody.gid = 65534;
  const auto user = unit_state(Scope::of(nobody), "one.service");
  REQUIRE_FALSE(user);
  CHECK(user.error().code == Errc::unavailable);
  CHECK(user.error().message.starts_with("one.service: user manager of nobody: /run/user/65534/bus: "));
}
