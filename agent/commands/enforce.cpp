// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>
#include <unistd.h>

#include "cli/input_file.hpp"
#include "commands/commands.hpp"
#include "commands/run/events.hpp"
#include "commands/run/inputs.hpp"
#include "commands/run/run_lock.hpp"
#include "commands/run/run_unit.hpp"
#include "commands/run/session.hpp"
#include "core/engine/engine.hpp"
#include "core/paths.hpp"
#include "embedded.hpp"
#include "platform/real_host.hpp"
#include "platform/systemd/transient.hpp"
#include "ports/wait.hpp"
#include "profile/load.hpp"
#include "report/json.hpp"
#include "report/text.hpp"

namespace agent {
namespace {

constexpr std::size_t largest_binary = 64U << 20U;

Status install_agent(Host& host) {
  AGENT_TRY_ASSIGN(auto own, host.read_file("/proc/self/exe", largest_binary));
  auto installed = host.read_file(paths::agent, largest_binary);
  if (!installed || *installed != own) AGENT_TRY(host.write_file(paths::agent, own, {0755}));
  return host.write_file(paths::system_units + paths::boot_unit, embedded::bootstrap_agent_service, {0644});
}

// The given secrets file is a copy of the secrets, so it is destroyed.
Status wipe_given(Host& host, const Options& options) {
  if (options.secrets.empty() || options.secrets == "-") return {};
  AGENT_TRY_ASSIGN(auto path, absolute_path(options.secrets));
  if (path == paths::secrets) return {};  // it is the file that the run uses
  return host.wipe_file(path);
}

// User-data removes cloud-init's mark that user-data has run, so that it runs again at the next boot until
// the agent has taken over. Now the agent has, so this writes the mark again. For its name see
// cloudinit/helpers.py, FileSemaphores.
Status end_user_data(Host& host) {
  const std::string marks = "/var/lib/cloud/instance/sem";
  const auto mark = marks + "/config_scripts_user";
  const auto works = host.stat(marks);
  auto there = host.stat(mark);
  if (!works || !*works || (there && *there)) return {};
  return host.write_file(mark, "bootstrap-agent\n", {0644});
}

Status prepare(Host& host, const Options& options, const GivenProfile& profile, Secrets secrets) {
  AGENT_TRY_ASSIGN(auto there, host.stat(paths::agent));
  const bool installs = options.command == CommandName::first_boot || !there;
  if (installs) AGENT_TRY(install_agent(host));
  AGENT_TRY(install_inputs(host, profile, std::move(secrets)));
  // Both are on the disk now: from here on a power cut only causes a delay.
  const auto enabled = installs ? host.enable_unit(Scope::system(), paths::boot_unit) : Status();
  AGENT_TRY(wipe_given(host,
                       options));  // even when the unit could not be enabled: the secrets are now in the file
                                   // that the seal manages
  AGENT_TRY(enabled);
  AGENT_TRY(end_user_data(host));
  return host.remove(paths::events);
}

Status start_worker(const Options& options) {
  TransientUnit unit;
  unit.name = run_unit;
  unit.description = "bootstrap-agent: converge this server";
  unit.argv = {paths::agent, "--worker"};
  if (options.deadline.count() > 0)
    unit.argv.push_back(fmt::format("--deadline={}s", options.deadline.count()));
  // A value that cannot be parsed is ignored: a caller may have anything in its environment.
  if (const auto session = ssh_connection(); ssh_session(session))
    unit.argv.push_back("--session=" + session);
  unit.properties = {
      {"StandardOutput", "journal+console"},
      {"StandardError", "journal+console"},
      {"OOMPolicy", "continue"},    // when the kernel kills npm, the run goes on, says so and seals
      {"Restart", "on-abnormal"}};  // killed itself, it begins again; not when somebody stops it
  return start_transient(unit, Milliseconds(30'000));
}

EventListener listener_for(Format format) {
  EventListener listener;
  if (format == Format::json) return listener;
  const bool terminal = ::isatty(STDOUT_FILENO) == 1;
  listener.resource = [terminal](const ResourceReport& resource) {
    if (resource.outcome == Outcome::pending && !terminal) return;
    fmt::print("{}{}\n", terminal ? "\r\x1b[K" : "", line_for(resource));
    std::fflush(stdout);
  };
  if (terminal)
    listener.progress = [](const std::string& line) {
      fmt::print("\r\x1b[K           {}", line);
      std::fflush(stdout);
    };
  return listener;
}

void print_report(Host& host, Format format) {
  auto text = host.read_file(paths::report, 4U << 20U);
  if (!text) return;
  if (format == Format::json) {
    fmt::print("{}", *text);
    return;
  }
  auto report = report_from_json(Json::parse(*text, nullptr, false));
  if (report) fmt::print("\n{}", table_for(*report));
}

// The lock. A person is told who holds it. User-data waits: it comes once, and what it brings must not be
// lost to a run that this boot resumed.
Result<RunLock> take_lock(const Probe& probe, const Options& options) {
  auto lock = RunLock::take(paths::lock);
  const bool is_user_data = options.command == CommandName::first_boot && cloud_init_works(probe);
  if (lock || lock.error().code != Errc::unavailable || !is_user_data) return lock;
  fmt::print("bootstrap-agent: {}; waiting for it\n", lock.error().message);
  std::fflush(stdout);
  AGENT_TRY(wait_until(
      probe, default_enforce_deadline + 4 * last_resource_time, "the other run ends",
      [&]() -> Result<bool> {
        lock = RunLock::take(paths::lock);
        return lock.has_value() || lock.error().code != Errc::unavailable;
      },
      Milliseconds(500)));
  return lock;
}

// Checks the input, installs it and starts the run. Returns exit_ok, or the exit code of a failure.
int hand_over(RealHost& host, const Options& options) {
  auto profile = read_profile(options.profile);
  auto secrets = read_given_secrets(options.secrets);
  if (!profile) complain(profile.error(), exit_usage);
  if (!secrets) complain(secrets.error(), exit_usage);
  if (!profile || !secrets) return exit_usage;
  if (auto fits = check_fit(profile->profile, *secrets); !fits) return complain(fits.error(), exit_usage);
  if (auto made = make_own_directories(host); !made) return complain(made.error(), exit_failed);
  {
    auto lock = take_lock(host, options);
    if (!lock)
      return complain(lock.error(), lock.error().code == Errc::unavailable ? exit_busy : exit_failed);
    if (auto prepared = prepare(host, options, *profile, std::move(*secrets)); !prepared)
      return complain(prepared.error(), exit_failed);
  }
  if (auto started = start_worker(options); !started)
    return complain(started.error(), started.error().code == Errc::refused ? exit_busy : exit_failed);
  return exit_ok;
}

// Seals in this process, because no run will start on this server, and nobody may ever log in to it. Only for
// user-data: a person who calls the agent keeps a refused file, to correct it.
void seal_what_user_data_left(RealHost& host, const Options& options) {
  if (options.command != CommandName::first_boot || !cloud_init_works(host))
    return;  // only when user-data is the caller
  if (auto wiped = wipe_given(host, options); !wiped) complain(wiped.error(), exit_failed);
  seal_alone(options);
}

int follow(RealHost& host, const Options& options) {
  const auto limit = options.deadline.count() > 0 ? options.deadline : default_enforce_deadline;
  auto listener = listener_for(options.format);
  constexpr auto late =
      4 * last_resource_time;  // the run itself ends before that; this is for a run that hangs
  bool reported = true;        // false: the only report is from an earlier run
  listener.error = [&reported](const std::string& why) {
    reported = false;
    complain({Errc::failed, why}, exit_failed);
  };
  auto ended =
      follow_events(paths::events, std::chrono::steady_clock::now() + limit + late, run_unit_alive, listener);
  if (!ended) return complain(ended.error(), exit_failed);
  if (reported) print_report(host, options.format);
  return *ended;
}

}  // namespace

int enforce_command(const Options& options) {
  if (const int refused = require_root(); refused != 0) return refused;
  ::umask(077);
  RealHost host({});
  if (const int refused = hand_over(host, options); refused != exit_ok) {
    if (refused != exit_busy) seal_what_user_data_left(host, options);
    return refused;
  }
  return follow(host, options);
}

}  // namespace agent
