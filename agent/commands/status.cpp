// SPDX-License-Identifier: Apache-2.0
#include "commands/commands.hpp"
#include "commands/run/events.hpp"
#include "commands/run/run_lock.hpp"
#include "commands/run/run_unit.hpp"
#include "core/paths.hpp"
#include "platform/real_host.hpp"
#include "report/json.hpp"
#include "report/text.hpp"

namespace agent {
namespace {

constexpr std::chrono::minutes default_wait(60);

bool running() { return !RunLock::holder(paths::lock).empty(); }

// A worker makes its events file after it has taken the lock. So a file without a running worker is from a
// run that has ended.
bool one_has_run(const Probe& probe) {
  const auto events = probe.stat(paths::events);
  return events && *events;
}

// Waits for the end of the current run, also when a boot is about to start it (a first boot without a
// receipt).
Status wait_for_end(const Options& options, const Probe& probe) {
  const auto deadline = probe.now() + (options.deadline.count() > 0 ? options.deadline : default_wait);
  EventListener listener;
  if (options.format == Format::text)
    listener.resource = [](const ResourceReport& resource) {
      if (resource.outcome != Outcome::pending) fmt::print("{}\n", line_for(resource));
    };
  while (true) {
    if (!running()) {
      const auto report = probe.stat(paths::report);
      const bool ended = (report && *report) || one_has_run(probe);
      const auto boot = probe.unit(Scope::system(), paths::boot_unit);
      const bool starting = boot && (boot->active_state == "active" || boot->active_state == "activating");
      if (ended && !starting) return {};
      if (probe.now() >= deadline) return fail(Errc::timed_out, "no run ended before the deadline");
      probe.pause(Milliseconds(200));
      continue;
    }
    auto ended = follow_events(paths::events, deadline, running, listener);
    if (!ended && ended.error().code == Errc::timed_out) return pass(std::move(ended));
  }
}

}  // namespace

int status_command(const Options& options) {
  RealHost host({});
  if (options.wait)
    if (auto waited = wait_for_end(options, host); !waited) return complain(waited.error(), exit_failed);
  if (const auto holder = RunLock::holder(paths::lock); !holder.empty())
    return complain({Errc::unavailable,
                     fmt::format("a run is in progress ({}): wait for it with --status --wait", holder)},
                    exit_busy);
  auto text = host.read_file(paths::report, 4U << 20U);
  if (!text && text.error().code == Errc::not_found)
    return complain(
        {Errc::not_found, one_has_run(host)
                              ? "the run was stopped from outside before it finished; the next run converges"
                              : "no run has ended on this machine yet"},
        exit_drift);
  if (!text) return complain(text.error(), exit_failed);
  auto report = report_from_json(Json::parse(*text, nullptr, false));
  if (!report) return complain(report.error(), exit_failed);
  if (options.format == Format::json)
    fmt::print("{}", *text);
  else
    fmt::print("{}", table_for(*report));
  return report->exit_code();
}

}  // namespace agent
