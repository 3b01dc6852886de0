// SPDX-License-Identifier: Apache-2.0
// What a run saw and did: the value behind the table, report.json and the exit code.
#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "core/observation.hpp"
#include "ports/types.hpp"

namespace agent {

enum class Mode { enforce, check };

enum class Outcome {
  pending,    // not finished: only in a report that was written during the run
  in_sync,    // as desired, nothing changed
  converged,  // had drift, was changed, and was then as desired
  drifted,    // has drift (check only)
  blocked,    // could not be observed or enforced, because of another resource
  failed,     // could not be observed or enforced, or still has drift afterwards
};
[[nodiscard]] std::string_view to_string(Outcome outcome);

struct ResourceReport {
  std::string name;
  std::vector<std::string> needs;
  Outcome outcome = Outcome::pending;
  std::string reason;         // why blocked or failed; one line
  bool may_pass = false;      // failed, and the next run may succeed without anybody's help
  std::vector<Drift> drifts;  // as first observed
  std::vector<std::string> notes;
  std::map<std::string, std::string> facts;
  Milliseconds started{};  // since the run began
  Milliseconds duration{};
};

struct Report {
  Mode mode = Mode::check;
  std::vector<ResourceReport> resources;
  Milliseconds duration{};
  std::uint64_t changes = 0;  // made to the machine
  std::string next_try;       // when a run that failed is tried again by itself (RFC 3339); empty: it is not

  // The process's exit code, as in README's table. 0: all in sync or converged. 1: something failed or was
  // blocked in an enforcing run. 2: drift, or something that could not be observed, in a check.
  [[nodiscard]] int exit_code() const;
  [[nodiscard]] std::size_t count(Outcome outcome) const;
};

}  // namespace agent
