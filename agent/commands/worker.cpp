// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <mutex>

#include "base/utc.hpp"
#include "commands/commands.hpp"
#include "commands/run/apt_daily.hpp"
#include "commands/run/events.hpp"
#include "commands/run/inputs.hpp"
#include "commands/run/retry.hpp"
#include "commands/run/run_lock.hpp"
#include "commands/run/run_unit.hpp"
#include "commands/run/tell_owner.hpp"
#include "core/engine/engine.hpp"
#include "core/paths.hpp"
#include "platform/posix/posix.hpp"
#include "platform/real_host.hpp"
#include "ports/wait.hpp"
#include "report/json.hpp"
#include "report/text.hpp"
#include "resources/catalog.hpp"
#include "secrets/redact.hpp"
#include "version.hpp"

namespace agent {
namespace {

// The agent's own log, 0600. It is made with the first line, so a run that changes nothing leaves no log.
class Log {
 public:
  void line(std::string_view text) {
    const std::lock_guard lock(mutex_);
    if (!fd_)
      fd_.reset(::open(paths::log.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (fd_)
      (void)write_all(fd_.get(), fmt::format("{} {}\n", utc(std::chrono::system_clock::now()), redact(text)),
                      paths::log);
  }

 private:
  std::mutex mutex_;
  UniqueFd fd_;
};

void print(const std::string& text) {
  fmt::print("{}\n", text);
  std::fflush(stdout);
}

// A run that user-data started is part of cloud-init's work.
constexpr Milliseconds cloud_init_timeout = std::chrono::minutes(60);

std::chrono::seconds deadline_of(const Options& options) {
  return options.deadline.count() > 0 ? options.deadline : default_enforce_deadline;
}

RunInfo run_info() {
  return {"enforce", utc(std::chrono::system_clock::now()), std::string(version::number),
          std::string(version::commit)};
}

void tell_owner(const std::string& line, const Json& report) {
  print(line);
  if (const auto told = tell_webhook(RealHost({}), line, report); !told.empty()) print(told);
}

// When the run is tried again by itself; empty when it is not.
std::string next_try(Host& host, bool may_pass, const Profile& profile) {
  auto next = arrange_retry(host, may_pass, profile.retry_for);
  if (!next) complain(next.error(), exit_failed);
  return next ? *next : "";
}

// One enforcing run over the plan that `make_plan` builds. Of the seal's alone no report is kept.
template <class MakePlan>
Result<int> run(const Options& options, EventWriter& events, bool seal_only, MakePlan make_plan) {
  Log log;
  RealHost host({[&log](std::string_view line) { log.line(line); },
                 [&events](std::string_view line) { events.progress(line); }, paths::work});
  auto profile = read_profile("");
  if (!profile && !seal_only) return pass(std::move(profile));
  if (!profile) {  // the seal needs little of the profile, and must not wait until somebody repairs it
    complain(profile.error(), exit_usage);
    profile = built_in_profile();
  }
  AGENT_TRY_ASSIGN(auto secrets, read_kept_secrets(host));
  Ledger ledger;
  const auto apt_daily_waits = seal_only ? UniqueFd() : hold_apt_daily();
  AGENT_TRY_ASSIGN(auto plan, make_plan(profile->profile, secrets, ledger));
  host.set_deadline(host.now() + deadline_of(options));
  const auto info = run_info();
  auto report = enforce(plan, host, ledger, [&events](const ResourceReport& resource) {
    events.resource(resource);
    if (resource.outcome != Outcome::pending) print(line_for(resource));
  });
  report.changes = host.mutations();
  const int exit_code = report.exit_code();
  RealHost unlogged({});  // the seal has destroyed the log: to write to it would make a new one
  if (!seal_only) report.next_try = next_try(unlogged, may_pass(report), profile->profile);
  const auto json = to_json(report, info);
  const auto kept = seal_only ? Status() : unlogged.write_file(paths::report, json.dump(2) + "\n", {0644});
  if (exit_code != exit_ok) tell_owner(failure_line(report), json);
  AGENT_TRY(kept);
  return exit_code;
}

// Reports a run that ends without a report, too.
template <class MakePlan>
Result<int> run_or_say(const Options& options, EventWriter& events, bool seal_only, MakePlan make_plan) {
  Result<int> ended = exit_failed;
  try {
    ended = run(options, events, seal_only, std::move(make_plan));
  } catch (
      const std::exception& error) {  // such as out of memory: the engine catches the exceptions of resources
    ended = fail(Errc::failed, "an unexpected error in the agent itself: {}", redact(error.what()));
  }
  if (ended) return ended;
  RealHost host({});
  const auto next =
      seal_only ? std::string() : next_try(host, may_pass(ended.error().code), built_in_profile().profile);
  tell_owner(fmt::format("bootstrap-agent: the run could not be carried out: {}. {}",
                         redact(ended.error().message), what_comes_next(next)),
             Json());
  return ended;
}

Result<int> run_server(const Options& options, EventWriter& events) {
  return run_or_say(options, events, false,
                    [&options](const Profile& profile, const Secrets& secrets, const Ledger& ledger) {
                      return server_plan(profile, secrets, ledger, options.session);
                    });
}

Result<int> run_seal(const Options& options, EventWriter& events) {
  return run_or_say(options, events, true, [](const Profile& profile, const Secrets&, const Ledger& ledger) {
    return seal_plan(profile, ledger);
  });
}

// For a run that ended before its own seal.
void seal_and_say(const Options& options, EventWriter& events) {
  if (auto sealed = run_seal(options, events); !sealed) complain(sealed.error(), exit_failed);
}

// Whether a run must go on: a first boot ends with a receipt and then its report, an update when its snapshot
// is gone, and a run that failed may be due again.
bool is_unfinished(const Probe& probe) {
  const auto receipt = probe.stat(paths::receipt);
  const auto report = probe.stat(paths::report);
  const auto snapshot = probe.stat(paths::update);
  return (receipt && !*receipt) || (report && !*report) || (snapshot && *snapshot) || retry_is_due(probe);
}

// Whether the firewall, or the guard of the metadata service, is not as it should be: other programs write
// rules too, in their own order at a boot.
bool protection_is_down(const Options& options) {
  auto profile = read_profile("");
  if (!profile) return false;
  const Secrets none;
  Ledger ledger;
  auto plan = server_plan(profile->profile, none, ledger);
  if (!plan) return false;
  RealHost host({});
  host.set_deadline(host.now() + deadline_of(options));
  const auto report = check(*plan, host, ledger, [](const ResourceReport&) {});
  return std::any_of(report.resources.begin(), report.resources.end(), [](const ResourceReport& resource) {
    return resource.outcome == Outcome::drifted && (resource.name == "ufw" || resource.name == "metadata");
  });
}

// Writes the run's exit code as the last event.
int finish(const Result<int>& ended, EventWriter& events) {
  const int exit_code =
      ended ? *ended
            : complain(ended.error(), ended.error().code == Errc::invalid ? exit_usage : exit_failed);
  if (!ended) events.error(ended.error().message);
  events.end(exit_code);
  return exit_code;
}

// What a run holds until it ends: the lock, so that it is the only run, and the events that others follow.
struct Turn {
  RunLock lock;
  EventWriter events;
};

// Makes the agent's directories, takes the lock and starts the events. A failure is printed; the error is the
// exit code.
tl::expected<Turn, int> take_turn(Host& host) {
  const auto no = [](const Error& error, int exit_code) {
    return tl::unexpected(complain(error, exit_code));
  };
  if (auto made = make_own_directories(host); !made) return no(made.error(), exit_failed);
  auto lock = RunLock::take(paths::lock);
  if (!lock) return no(lock.error(), exit_busy);
  auto events = EventWriter::create(paths::events);
  if (!events) return no(events.error(), exit_failed);
  return Turn{std::move(*lock), std::move(*events)};
}

// A command of systemd's units: as root, with the lock held, runs `act`.
int in_turn(int (*act)(const Options& options, RealHost& host, EventWriter& events), const Options& options) {
  if (const int refused = require_root(); refused != 0) return refused;
  ::umask(022);
  RealHost host({});
  auto turn = take_turn(host);
  return turn ? act(options, host, turn->events) : turn.error();
}

int work(const Options& options, RealHost& /*host*/, EventWriter& events) {
  auto ended = run_server(options, events);
  if (!ended) seal_and_say(options, events);
  return finish(ended, events);
}

int go_on(const Options& options, RealHost& /*host*/, EventWriter& events) {
  return finish(run_server(options, events), events);
}

int seal(const Options& options, RealHost& /*host*/, EventWriter& events) {
  return finish(run_seal(options, events), events);
}

}  // namespace

int worker_command(const Options& options) { return in_turn(work, options); }

// It does not hold the lock while it waits: user-data that comes with this boot (on a server made from a
// snapshot, or rebuilt) brings a profile and secrets of its own, and its run goes first.
int boot_command(const Options& options) {
  RealHost host({});
  int exit_code = exit_ok;
  if (is_unfinished(host) || protection_is_down(options)) exit_code = in_turn(go_on, options);
  // cloud-init writes user-data to the disk at every boot.
  auto done = wait_until(host, cloud_init_timeout, "cloud-init ends",
                         [&]() -> Result<bool> { return !cloud_init_works(host); });
  if (!done) complain(done.error(), exit_failed);
  const int sealed = in_turn(seal, options);
  return exit_code == exit_ok ? sealed : exit_code;
}

void seal_alone(const Options& options) {
  RealHost host({});
  auto turn = take_turn(host);
  if (!turn) return;
  seal_and_say(options, turn->events);
  turn->events.end(exit_failed);
}

}  // namespace agent
