// SPDX-License-Identifier: Apache-2.0
// When a run that failed is tried again, and when not.
#include "commands/run/retry.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "base/utc.hpp"
#include "core/paths.hpp"
#include "support/fake_host.hpp"

namespace agent {
namespace {

using std::chrono::seconds;

const std::string timer_file = "/run/systemd/system/bootstrap-agent-retry.timer";
const std::string service_file = "/run/systemd/system/bootstrap-agent-retry.service";
constexpr auto a_day = std::chrono::hours(24);

struct Server {
  FakeHost host;

  Server() {
    host.files.put_directory(paths::state);
    host.files.put_directory("/run/systemd");
    host.units[{"", retry_timer}] = {};
  }
  std::string failed(bool may_pass = true, std::chrono::hours limit = a_day) {
    return arrange_retry(host, may_pass, limit).value();
  }
  // How long the timer waits; 0 when there is none.
  long pause() {
    const auto* file = host.files.find(timer_file);
    if (file == nullptr) return 0;
    const std::string key = "\nOnActiveSec=";
    return std::stol(file->content.substr(file->content.find(key) + key.size()));
  }
  std::string in(long pause) { return utc(host.wall_clock() + seconds(pause)); }
};

}  // namespace

TEST_CASE("retry: pauses grow to an hour, each at most a quarter longer than it must be") {
  Server server;
  for (const long least : {60, 120, 300, 600, 1200, 1800, 3600, 3600}) {
    const auto next = server.failed();
    CHECK(server.pause() >= least);
    CHECK(server.pause() <= least * 5 / 4);
    CHECK(next == server.in(server.pause()));
    CHECK(server.host.units.at({"", retry_timer}).active_state == "active");
    CHECK(server.host.files.find(service_file) != nullptr);
    CHECK(retry_is_due(server.host));
    server.host.advance(seconds(server.pause()));
  }
}

TEST_CASE("retry: two servers do not come at one moment") {
  std::vector<long> pauses;
  for (int i = 0; i < 8; ++i) {
    Server server;
    for (int before = 0; before < i; ++before) (void)server.host.random_hex(2);
    (void)server.failed();
    pauses.push_back(server.pause());
  }
  CHECK(std::any_of(pauses.begin(), pauses.end(), [&](long pause) { return pause != pauses.front(); }));
}

TEST_CASE("retry: what cannot pass, and what has converged, leaves nothing of it") {
  Server server;
  REQUIRE_FALSE(server.failed().empty());
  CHECK(server.failed(false).empty());
  CHECK_FALSE(retry_is_due(server.host));
  CHECK(server.host.files.find(timer_file) == nullptr);
  CHECK(server.host.files.find(service_file) == nullptr);
  CHECK(server.host.units.at({"", retry_timer}).active_state == "inactive");
}

TEST_CASE("retry: a run that did not fail before changes nothing") {
  Server server;
  const auto before = server.host.changes().size();
  CHECK(server.failed(false).empty());
  CHECK(server.host.changes().size() == before);
}

TEST_CASE("retry: it ends with the profile's limit, and begins again with the next failure") {
  Server server;
  REQUIRE_FALSE(server.failed(true, std::chrono::hours(1)).empty());
  server.host.advance(std::chrono::minutes(59));
  CHECK(server.failed(true, std::chrono::hours(1)).empty());
  CHECK_FALSE(retry_is_due(server.host));
  CHECK_FALSE(server.failed(true, std::chrono::hours(1)).empty());
  CHECK(server.pause() <= 75);

  Server never;
  CHECK(never.failed(true, std::chrono::hours(0)).empty());
  CHECK_FALSE(retry_is_due(never.host));
}

TEST_CASE("retry: a record that says anything else, or is of a later day, is none") {
  for (const char* record :
       {"", "[", "[]", "{\"failing_since\": \"x\", \"tries\": 9}", "{\"failing_since\": 1, \"tries\": -1}",
        "{\"failing_since\": 99999999999, \"tries\": 9}"}) {
    CAPTURE(record);
    Server server;
    server.host.files.put(paths::retry, record, {0644});
    CHECK_FALSE(server.failed().empty());
    CHECK(server.pause() <= 75);
  }
}

}  // namespace agent
