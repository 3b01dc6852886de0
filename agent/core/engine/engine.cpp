// SPDX-License-Identifier: Apache-2.0
#include "core/engine/engine.hpp"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>

#include "core/engine/findings.hpp"
#include "secrets/redact.hpp"

namespace agent {
namespace {

// All texts of a report pass redact(): a resource may quote a program's output.
void keep(ResourceReport& report, const Findings& seen) {
  report.notes.clear();
  for (const auto& note : seen.notes()) report.notes.push_back(redact(note));
  for (const auto& [key, value] : seen.facts()) report.facts[key] = redact(value);
}

std::vector<Drift> shown(const std::vector<Drift>& drifts) {
  std::vector<Drift> out;
  out.reserve(drifts.size());
  for (const auto& drift : drifts)
    out.push_back({drift.field, redact(drift.observed), redact(drift.desired)});
  return out;
}

void set_failed(ResourceReport& report, const Error& error) {
  report.outcome = Outcome::failed;
  report.reason = redact(error.message);
  report.may_pass = may_pass(error.code);
}

// Observes once and fills the report. Returns the observation when there is drift.
std::optional<Resource::Look> look(const Resource& resource, const Probe& probe, ResourceReport& report) {
  auto seen = resource.observe(probe);
  if (!seen) {
    set_failed(report, seen.error());
    if (seen.error().code != Errc::blocked) return std::nullopt;
    report.outcome = Outcome::blocked;
    report.may_pass = false;
    return std::nullopt;
  }
  const Findings findings(seen->observation());
  keep(report, findings);
  report.outcome = findings.in_sync() ? Outcome::in_sync : Outcome::drifted;
  report.drifts = shown(findings.drifts());
  if (findings.in_sync()) return std::nullopt;
  return std::move(*seen);
}

std::string still(const Findings& seen) {
  const auto& drift = seen.drifts().front();
  return fmt::format("still drifted after it was applied: {} is {}, should be {}", drift.field,
                     drift.observed, drift.desired);
}

void converge(Resource& resource, Host& host, ResourceReport& report) {
  const auto seen = look(resource, host, report);
  if (!seen) return;
  auto applied = resource.converge(host, *seen);
  // Sync now, because the programs that we run sync little. Otherwise later resources, or the use of a
  // one-off secret, could survive a power cut while this resource's files are lost. Two files were seen empty
  // after a power cut: ufw's rule files, made by a maintainer script, and the resolv.conf that tailscaled
  // writes after the join.
  auto synced = host.sync();
  if (!applied) return set_failed(report, applied.error());
  if (!synced) return set_failed(report, synced.error());
  auto again = resource.observe(host);
  if (!again && again.error().code == Errc::blocked) return set_failed(report, again.error());
  if (!again) return set_failed(report, std::move(again).error().in("applied, but could not be checked"));
  const Findings findings(again->observation());
  keep(report, findings);
  report.outcome = findings.in_sync() ? Outcome::converged : Outcome::failed;
  if (findings.in_sync()) return;
  report.reason = redact(still(findings));
  report.may_pass = true;
}

bool settled(Outcome outcome) { return outcome == Outcome::in_sync || outcome == Outcome::converged; }

ResourceReport blank(const Resource& resource) {
  ResourceReport report;
  report.name = resource.name();
  report.needs = resource.spec().needs;
  return report;
}

// Runs resources when they become ready, each in its own thread.
class Scheduler {
 public:
  Scheduler(const Plan& plan, const Probe& clock, Ledger& ledger, const Watcher& watch)
      : clock_(clock), began_(clock.now()), ledger_(ledger), watch_(watch) {
    for (const auto& resource : plan.resources())
      jobs_.push_back({resource.get(), blank(*resource), State::waiting});
  }

  // `ignore_needs`: a check looks at everything. `work` fills the report.
  std::vector<ResourceReport> run(bool ignore_needs,
                                  const std::function<void(Resource&, ResourceReport&)>& work) {
    std::vector<std::jthread> threads;
    std::unique_lock lock(mutex_);
    while (
        !std::all_of(jobs_.begin(), jobs_.end(), [](const Job& job) { return job.state == State::done; })) {
      bool progressed = false;
      for (auto& job : jobs_) {
        if (job.state != State::waiting) continue;
        if (!ignore_needs && block_if_needed(job)) {
          progressed = true;
        } else if (ready(job, ignore_needs)) {
          start(job, threads, lock, work);
          progressed = true;
        }
      }
      if (!progressed) changed_.wait(lock);
    }
    lock.unlock();
    threads.clear();  // joins
    if (thrown_) std::rethrow_exception(thrown_);
    std::vector<ResourceReport> reports;
    for (auto& job : jobs_) reports.push_back(std::move(job.report));
    return reports;
  }

  [[nodiscard]] Milliseconds elapsed() const {
    return std::chrono::duration_cast<Milliseconds>(clock_.now() - began_);
  }

 private:
  enum class State { waiting, running, done };
  struct Job {
    Resource* resource;
    ResourceReport report;
    State state;
  };

  const Job* find(const std::string& name) const {
    const auto job =
        std::find_if(jobs_.begin(), jobs_.end(), [&](const Job& j) { return j.report.name == name; });
    return job == jobs_.end() ? nullptr : &*job;
  }

  // A resource is blocked when one of its needs is not settled.
  bool block_if_needed(Job& job) {
    if (job.resource->spec().last) return false;
    for (const auto& need : job.resource->spec().needs) {
      const auto* other = find(need);
      if (other->state != State::done || settled(other->report.outcome)) continue;
      job.report.outcome = Outcome::blocked;
      job.report.reason = fmt::format("needs {}, which {}", need,
                                      other->report.outcome == Outcome::failed ? "failed" : "is blocked");
      job.report.started = elapsed();
      job.state = State::done;
      watch_(job.report);
      return true;
    }
    return false;
  }

  [[nodiscard]] bool ready(const Job& job, bool ignore_needs) const {
    const auto& spec = job.resource->spec();
    if (spec.last && !std::all_of(jobs_.begin(), jobs_.end(), [](const Job& other) {
          return other.resource->spec().last || other.state == State::done;
        }))
      return false;
    if (ignore_needs) return true;
    const bool needs_met = std::all_of(spec.needs.begin(), spec.needs.end(),
                                       [&](const auto& need) { return find(need)->state == State::done; });
    return needs_met && std::none_of(jobs_.begin(), jobs_.end(), [&](const Job& other) {
             const auto& held = other.resource->spec().tokens;
             return other.state == State::running &&
                    std::any_of(spec.tokens.begin(), spec.tokens.end(), [&](const auto& token) {
                      return std::find(held.begin(), held.end(), token) != held.end();
                    });
           });
  }

  void start(Job& job, std::vector<std::jthread>& threads, std::unique_lock<std::mutex>& lock,
             const std::function<void(Resource&, ResourceReport&)>& work) {
    job.state = State::running;
    job.report.started = elapsed();
    watch_(job.report);
    const auto task = [this, &job, &work] {
      ResourceReport report = job.report;
      std::exception_ptr thrown;
      try {
        work(*job.resource, report);
      } catch (...) {  // out of memory, or a bug: it must not end the process from inside a thread
        report.outcome = Outcome::failed;
        report.reason = "an unexpected error in the agent itself";
        report.may_pass = true;
        thrown = std::current_exception();
      }
      const std::lock_guard guard(mutex_);
      if (thrown) thrown_ = thrown;
      report.duration = elapsed() - report.started;
      if (settled(report.outcome)) ledger_.settle(report.name);
      job.report = std::move(report);
      job.state = State::done;
      watch_(job.report);
      changed_.notify_one();
    };
    try {
      threads.emplace_back(task);
    } catch (const std::system_error&) {  // no thread could be started (pthread_create(3)): run it here;
                                          // slower, but the seal still runs
      lock.unlock();
      task();
      lock.lock();
    }
  }

  const Probe& clock_;
  const TimePoint began_;
  Ledger& ledger_;
  const Watcher& watch_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::exception_ptr thrown_;
  std::vector<Job> jobs_;
};

}  // namespace

Report check(const Plan& plan, const Probe& probe, Ledger& ledger, const Watcher& watch) {
  Scheduler scheduler(plan, probe, ledger, watch);
  Report report;
  report.mode = Mode::check;
  report.resources = scheduler.run(
      true, [&](Resource& resource, ResourceReport& out) { static_cast<void>(look(resource, probe, out)); });
  report.duration = scheduler.elapsed();
  return report;
}

Report enforce(const Plan& plan, Host& host, Ledger& ledger, const Watcher& watch) {
  Scheduler scheduler(plan, host, ledger, watch);
  Report report;
  report.mode = Mode::enforce;
  report.resources = scheduler.run(false, [&](Resource& resource, ResourceReport& out) {
    if (resource.spec().last)
      host.allow_at_least(last_resource_time);  // the seal and the end of an update always get time
    converge(resource, host, out);
  });
  report.duration = scheduler.elapsed();
  return report;
}

}  // namespace agent
