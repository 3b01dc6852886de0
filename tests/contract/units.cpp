// SPDX-License-Identifier: Apache-2.0
// systemd's units: the fake against the real adapter, which talks to a mock of systemd on a private bus.
#include <doctest/doctest.h>
#include <unistd.h>

#include "adapters/mock_systemd.hpp"
#include "adapters/private_bus.hpp"
#include "platform/real_host.hpp"
#include "support/fake_host.hpp"

#define ON_BOTH(name) TEST_CASE_TEMPLATE(name, S, FakeUnits, RealUnits)

namespace agent {
namespace {

constexpr Milliseconds plenty{10'000};

// The units that mock_systemd.hpp knows.
class FakeUnits {
 public:
  FakeUnits() {
    for (const char* unit : {"good.service", "fails.service", "masked.service", "static.service"})
      fake_.unit_of(Scope::system(), unit).load_state = "loaded";
    fake_.unit_of(Scope::system(), "masked.service").unit_file_state = "masked";
    fake_.files.put("/etc/systemd/system/static.service", "[Service]\nExecStart=/bin/true\n");
    fake_.exit_status = 7;
    fake_.on_start("fails.service", [](FakeHost&, UnitState& state) -> Status {
      state.active_state = state.sub_state = "failed";
      state.result = "exit-code";
      return fail(Errc::failed, "its own words");
    });
  }
  Host& host() { return fake_; }

 private:
  FakeHost fake_;
};

class RealUnits {
 public:
  Host& host() { return real_; }

 private:
  test::PrivateBus bus_;
  test::MockSystemd systemd_{bus_.address()};
  RealHost real_{{}};
};

void failed(const Status& status, Errc code, const std::string& message) {
  REQUIRE_FALSE(status);
  CHECK(status.error().code == code);
  CHECK(status.error().message == message);
}

}  // namespace

ON_BOTH("contract: a job that is done; to stop what isn't there is done too") {
  S s;
  CHECK(s.host().start_unit(Scope::system(), "good.service", plenty));
  CHECK(s.host().restart_unit(Scope::system(), "good.service", plenty));
  CHECK(s.host().stop_unit(Scope::system(), "good.service", plenty));
  CHECK(s.host().stop_unit(Scope::system(), "absent.service", plenty));
}

ON_BOTH("contract: a job that failed says why, and the unit's state does") {
  S s;
  auto& host = s.host();
  const std::string why =
      "fails.service: failed, Result=exit-code; its main process exited with status 7; read more: journalctl "
      "-u fails.service";
  failed(host.start_unit(Scope::system(), "fails.service", plenty), Errc::failed, "start " + why);
  failed(host.restart_unit(Scope::system(), "fails.service", plenty), Errc::failed, "restart " + why);
  const auto state = host.unit(Scope::system(), "fails.service");
  REQUIRE(state);
  CHECK(state->load_state == "loaded");
  CHECK(state->active_state == "failed");
  CHECK(state->sub_state == "failed");
  CHECK(state->result == "exit-code");
}

ON_BOTH("contract: a job of a unit that isn't there, or is masked") {
  S s;
  auto& host = s.host();
  failed(host.start_unit(Scope::system(), "absent.service", plenty), Errc::not_found,
         "start absent.service: Unit absent.service not found.");
  failed(host.restart_unit(Scope::system(), "absent.service", plenty), Errc::not_found,
         "restart absent.service: Unit absent.service not found.");
  failed(host.start_unit(Scope::system(), "masked.service", plenty), Errc::refused,
         "start masked.service: Unit masked.service is masked.");
}

ON_BOTH("contract: a unit is enabled, if it says where it belongs; what isn't there has not failed") {
  S s;
  auto& host = s.host();
  CHECK(host.enable_unit(Scope::system(), "good.service"));
  failed(host.enable_unit(Scope::system(), "static.service"), Errc::invalid,
         "enable static.service: the unit file has no [Install] section");
  CHECK(host.reset_failed(Scope::system(), "good.service"));
  CHECK(host.reset_failed(Scope::system(), "absent.service"));
  CHECK(host.reload_manager(Scope::system()));
}

ON_BOTH("contract: a user whose systemd isn't running") {
  S s;
  if (::geteuid() != 0) return;  // the agent asks as that user
  auto& host = s.host();
  User nobody;
  nobody.name = "nobody";
  nobody.uid = nobody.gid = 65534;
  const auto scope = Scope::of(nobody);
  const std::string why =
      "user manager of nobody: /run/user/65534/bus: No such file or directory; it needs package "
      "dbus-user-session and linger "
      "(loginctl enable-linger nobody)";
  const auto state = host.unit(scope, "one.service");
  REQUIRE_FALSE(state);
  CHECK(state.error().code == Errc::unavailable);
  CHECK(state.error().message == "one.service: " + why);
  failed(host.start_unit(scope, "one.service", plenty), Errc::unavailable, "start one.service: " + why);
  failed(host.enable_unit(scope, "one.service"), Errc::unavailable, "enable one.service: " + why);
  failed(host.reset_failed(scope, "one.service"), Errc::unavailable, "reset-failed one.service: " + why);
  failed(host.reload_manager(scope), Errc::unavailable, "daemon-reload: " + why);
}

}  // namespace agent
