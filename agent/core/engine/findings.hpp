// SPDX-License-Identifier: Apache-2.0
// Reads an Observation. Only the engine's layer has this class, so no code that changes a machine can depend
// on these texts.
#pragma once

#include "core/observation.hpp"

namespace agent {

class Findings {
 public:
  explicit Findings(const Observation& observation)
      : seen_(observation) {}  // `observation` must outlive this
  [[nodiscard]] bool in_sync() const { return seen_.drifts_.empty(); }
  [[nodiscard]] const std::vector<Drift>& drifts() const { return seen_.drifts_; }
  [[nodiscard]] const std::vector<std::string>& notes() const { return seen_.notes_; }
  [[nodiscard]] const std::map<std::string, std::string>& facts() const { return seen_.facts_; }

 private:
  const Observation& seen_;
};

}  // namespace agent
