// SPDX-License-Identifier: Apache-2.0
// The fake's own functions for tests. Its common contract with the real host is in tests/contract/.
#include "support/fake_host.hpp"

#include <doctest/doctest.h>

#include "ports/wait.hpp"

namespace agent {

TEST_CASE("fake host: changes are recorded in words") {
  FakeHost host;
  CHECK(host.write_file("/etc/a", "x", {}));
  CHECK(host.make_symlink("a", "/etc/b"));
  CHECK(host.changes() == std::vector<std::string>{"write_file /etc/a", "make_symlink /etc/b"});
  host.forget_changes();
  CHECK(host.mutations() == 0);
}

TEST_CASE("fake host: the n-th change fails before it does anything, and only that one") {
  FakeHost host;
  host.fail_at(2);
  CHECK(host.write_file("/etc/a", "", {}));
  const auto second = host.write_file("/etc/b", "", {});
  REQUIRE_FALSE(second);
  CHECK(second.error().code == Errc::failed);
  CHECK(host.files.find("/etc/b") == nullptr);
  CHECK(host.write_file("/etc/b", "", {}));
}

TEST_CASE("fake host: killed before or after the n-th change, and dead until revived") {
  FakeHost host;
  SUBCASE("before") {
    host.kill_at(1, FakeHost::When::before);
    CHECK_THROWS_AS(static_cast<void>(host.write_file("/etc/a", "", {})), Killed);
    CHECK(host.files.find("/etc/a") == nullptr);
  }
  SUBCASE("after") {
    host.kill_at(1, FakeHost::When::after);
    CHECK_THROWS_AS(static_cast<void>(host.write_file("/etc/a", "", {})), Killed);
    CHECK(host.files.find("/etc/a") != nullptr);
  }
  CHECK_THROWS_AS(static_cast<void>(host.write_file("/etc/b", "", {})), Killed);
  CHECK(host.files.find("/etc/b") == nullptr);
  host.revive();
  CHECK(host.write_file("/etc/b", "", {}));
}

TEST_CASE("fake host: downloads are checked by hash, archives unpacked") {
  FakeHost host;
  const auto hash =
      host.serve_archive("https://x/a.tar", {{"bin/run", {FileType::regular, 0755, 0, 0, "#!", 1, {}}},
                                             {"run", {FileType::symlink, 0777, 0, 0, "bin/run", 1, {}}}});
  auto file = host.fetch({"https://x/a.tar", hash, 1000});
  REQUIRE(file);
  CHECK(host.unpack(*file, "/opt/a", {1000, 10}));
  CHECK(host.read_file("/opt/a/run", 100).value() == "#!");
  CHECK(host.stat("/opt/a/bin/run").value()->mode == 0755);

  const auto wrong = host.fetch({"https://x/a.tar", std::string(64, '0'), 1000});
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().code == Errc::refused);
  CHECK(wrong.error().message.find(hash) != std::string::npos);
  const auto absent = host.fetch({"https://x/other", hash, 1000});
  REQUIRE_FALSE(absent);
  CHECK(absent.error().code == Errc::not_found);
}

TEST_CASE("fake host: units start, stop and restart, or do what they are told") {
  FakeHost host;
  const auto scope = Scope::system();
  const auto unknown = host.start_unit(scope, "x.service", {});
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().code == Errc::not_found);
  CHECK(host.unit(scope, "x.service")->load_state == "not-found");

  host.unit_of(scope, "x.service").load_state = "loaded";
  CHECK(host.start_unit(scope, "x.service", {}));
  const auto pid = host.unit(scope, "x.service")->main_pid;
  CHECK(host.unit(scope, "x.service")->active_state == "active");
  CHECK(host.restart_unit(scope, "x.service", {}));
  CHECK(host.unit(scope, "x.service")->main_pid != pid);
  CHECK(host.stop_unit(scope, "x.service", {}));
  CHECK(host.unit(scope, "x.service")->active_state == "inactive");

  host.on_start("x.service", [](FakeHost&, UnitState& state) -> Status {
    state.active_state = "failed";
    return fail(Errc::failed, "exit-code");
  });
  CHECK_FALSE(host.start_unit(scope, "x.service", {}));
  CHECK(host.unit(scope, "x.service")->active_state == "failed");
}

TEST_CASE("fake host: a user's units need that user's systemd") {
  FakeHost host;
  const User user{"ubuntu", 1000, 1000, "/home/ubuntu", "/bin/bash", {}, true};
  const auto down = host.unit(Scope::of(user), "x.service");
  REQUIRE_FALSE(down);
  CHECK(down.error().code == Errc::unavailable);
  CHECK(host.enable_linger(user, {}));
  CHECK(host.unit(Scope::of(user), "x.service"));
}

TEST_CASE("fake host: a pause passes time, in which something may happen") {
  FakeHost host;
  int looks = 0;
  host.on_pause([](FakeHost& fake) { fake.files.put("/run/ready", ""); });
  CHECK(wait_until(host, Milliseconds(1000), "ready", [&]() -> Result<bool> {
    ++looks;
    auto seen = host.stat("/run/ready");
    return seen && seen->has_value();
  }));
  CHECK(looks == 2);
  host.set_deadline(host.now() + Milliseconds(300));
  const auto cut = wait_until(host, Milliseconds(60'000), "more", [] { return false; });
  REQUIRE_FALSE(cut);
  CHECK(cut.error().message == "more: not before the deadline of the whole run");
}

TEST_CASE("fake host: the local servers, by the longest prefix") {
  FakeHost host;
  const auto status = [](int code) {
    return [code](const FakeHost&, const HttpGet&) -> Result<HttpResponse> { return HttpResponse{code, ""}; };
  };
  host.on_http("http://127.0.0.1:1/", status(404));
  host.on_http("http://127.0.0.1:1/ready", status(200));
  const auto get = [&](const std::string& url) { return host.http_get({url, "", Milliseconds(1)}); };
  CHECK(get("http://127.0.0.1:1/ready")->status == 200);
  CHECK(get("http://127.0.0.1:1/else")->status == 404);
  const auto nobody = get("http://127.0.0.1:2/");
  REQUIRE_FALSE(nobody);
  CHECK(nobody.error().code == Errc::unavailable);
}

}  // namespace agent
