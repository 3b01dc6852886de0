// SPDX-License-Identifier: Apache-2.0
#include <unistd.h>

#include "base/utc.hpp"
#include "commands/commands.hpp"
#include "commands/run/inputs.hpp"
#include "commands/run/run_unit.hpp"
#include "core/engine/engine.hpp"
#include "platform/real_host.hpp"
#include "report/json.hpp"
#include "report/text.hpp"
#include "resources/catalog.hpp"
#include "secrets/redact.hpp"
#include "version.hpp"

namespace agent {

int complain(const Error& error, int exit_code) {
  fmt::print(stderr, "bootstrap-agent: {}\n", redact(error.message));
  return exit_code;
}

int require_root() {
  if (::geteuid() == 0) return 0;
  return complain({Errc::invalid, "this needs root: sudo bootstrap-agent …"}, exit_usage);
}

int check_command(const Options& options) {
  if (const int refused = require_root(); refused != 0) return refused;
  auto given = read_profile(options.profile);
  if (!given) return complain(given.error(), exit_usage);
  // No log, no directories, no lock: a check writes nothing, and sees the machine through a const Probe&.
  RealHost host({});
  host.set_deadline(host.now() + (options.deadline.count() > 0 ? options.deadline : default_check_deadline));
  Ledger ledger;
  const Secrets none;
  auto plan = server_plan(given->profile, none, ledger);
  if (!plan) return complain(plan.error(), exit_failed);
  const RunInfo info{options.command == CommandName::verify ? "verify" : "plan",
                     utc(std::chrono::system_clock::now()), std::string(version::number),
                     std::string(version::commit)};
  const auto report = check(*plan, host, ledger, [](const ResourceReport&) {});
  if (options.format == Format::json)
    fmt::print("{}\n", to_json(report, info).dump(2));
  else
    fmt::print("{}", options.command == CommandName::plan ? plan_for(report) : table_for(report));
  return report.exit_code();
}

}  // namespace agent
