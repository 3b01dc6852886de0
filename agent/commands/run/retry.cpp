// SPDX-License-Identifier: Apache-2.0
#include "commands/run/retry.hpp"

#include <algorithm>
#include <array>

#include "base/json.hpp"
#include "base/utc.hpp"
#include "core/paths.hpp"
#include "embedded.hpp"

namespace agent {
namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;
using std::chrono::system_clock;

constexpr Milliseconds job_timeout(30'000);
constexpr std::array<seconds, 7> pauses = {1min, 2min, 5min, 10min, 20min, 30min, 60min};
// In /run: a boot goes on by itself, and this clock does not count while the machine is off. The service is
// not the boot's, which may still wait for cloud-init when it is time: a timer does not start what runs.
const std::string directory = "/run/systemd/system";
const std::string timer_file = directory + "/" + retry_timer;
const std::string service_file = directory + "/bootstrap-agent-retry.service";

struct Failures {
  std::int64_t since = 0;  // seconds since 1970
  std::size_t tries = 0;
};

std::int64_t now_of(const Probe& probe) {
  return std::chrono::duration_cast<seconds>(probe.wall_clock().time_since_epoch()).count();
}

// What is kept of earlier runs; none when there were none, or the clock was set back since.
Failures failures_until_now(const Probe& probe) {
  const auto text = probe.read_file(paths::retry);
  const auto kept = text ? Json::parse(*text, nullptr, false) : Json();
  Failures found{now_of(probe), 0};
  if (!kept.is_object()) return found;
  const auto since = kept.find("failing_since");
  const auto tries = kept.find("tries");
  if (since == kept.end() || !since->is_number_integer() || tries == kept.end() ||
      !tries->is_number_unsigned())
    return found;
  if (since->get<std::int64_t>() > found.since) return found;
  return {since->get<std::int64_t>(), tries->get<std::size_t>()};
}

// Up to a quarter more than the table says: many servers must not ask one mirror at one moment.
Result<seconds> pause_before(Host& host, std::size_t tries) {
  const auto pause = pauses.at(std::min(tries, pauses.size() - 1));
  AGENT_TRY_ASSIGN(const auto random, host.random_hex(2));
  return pause + pause * std::stol(random, nullptr, 16) / (4 * 0x10000);
}

std::string timer_text(seconds pause) {
  return fmt::format(
      "# Made by bootstrap-agent: the last run failed for a reason that may pass.\n"
      "[Unit]\nDescription=bootstrap-agent: the next try\n\n[Timer]\nOnActiveSec={}s\nAccuracySec=1s\n",
      pause.count());
}

Status end_retries(Host& host) {
  AGENT_TRY_ASSIGN(const bool recorded, host.exists(paths::retry));
  AGENT_TRY_ASSIGN(const bool timed, host.exists(timer_file));
  if (recorded) AGENT_TRY(host.remove(paths::retry));
  if (!timed) return {};
  AGENT_TRY(host.stop_unit(Scope::system(), retry_timer, job_timeout));
  for (const auto& file : {timer_file, service_file}) AGENT_TRY(host.remove(file));
  return host.reload_manager(Scope::system());
}

}  // namespace

bool may_pass(const Report& report) {
  const auto& all = report.resources;
  const bool put_back = std::any_of(all.begin(), all.end(), [](const auto& resource) {
    return resource.name == "openclaw/update" && resource.outcome == Outcome::failed && !resource.may_pass;
  });
  return std::any_of(all.begin(), all.end(), [put_back](const auto& resource) {
    return resource.may_pass && !(put_back && resource.name.starts_with("openclaw/"));
  });
}

bool retry_is_due(const Probe& probe) {
  const auto recorded = probe.exists(paths::retry);
  return recorded && *recorded;
}

Result<std::string> arrange_retry(Host& host, bool for_a_reason_that_may_pass, std::chrono::hours limit) {
  auto failures = failures_until_now(host);
  AGENT_TRY_ASSIGN(const auto pause, pause_before(host, failures.tries));
  const auto next = now_of(host) + pause.count();
  if (!for_a_reason_that_may_pass || seconds(next - failures.since) > limit) {
    AGENT_TRY(end_retries(host));
    return std::string();
  }
  const Json record = {{"failing_since", failures.since}, {"tries", failures.tries + 1}};
  AGENT_TRY(host.write_file(paths::retry, record.dump() + "\n", {0644}));
  AGENT_TRY(host.make_directory(directory, {0755}));
  AGENT_TRY(host.write_file(service_file, embedded::bootstrap_agent_retry_service, {0644}));
  AGENT_TRY(host.write_file(timer_file, timer_text(pause), {0644}));
  AGENT_TRY(host.reload_manager(Scope::system()));
  AGENT_TRY(host.restart_unit(Scope::system(), retry_timer, job_timeout));
  return utc(system_clock::time_point(seconds(next)));
}

}  // namespace agent
