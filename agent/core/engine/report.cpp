// SPDX-License-Identifier: Apache-2.0
#include "core/engine/report.hpp"

#include <algorithm>

namespace agent {

std::string_view to_string(Outcome outcome) {
  switch (outcome) {
    case Outcome::pending:
      return "pending";
    case Outcome::in_sync:
      return "in sync";
    case Outcome::converged:
      return "converged";
    case Outcome::drifted:
      return "drifted";
    case Outcome::blocked:
      return "blocked";
    case Outcome::failed:
      return "failed";
  }
  return "unknown";
}

int Report::exit_code() const {
  const bool good = std::all_of(resources.begin(), resources.end(), [](const ResourceReport& r) {
    return r.outcome == Outcome::in_sync || r.outcome == Outcome::converged;
  });
  if (good) return 0;
  return mode == Mode::enforce ? 1 : 2;
}

std::size_t Report::count(Outcome outcome) const {
  return static_cast<std::size_t>(
      std::count_if(resources.begin(), resources.end(), [&](const auto& r) { return r.outcome == outcome; }));
}

}  // namespace agent
