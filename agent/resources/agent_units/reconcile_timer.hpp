// SPDX-License-Identifier: Apache-2.0
// The timer that repairs drift automatically. It exists and runs when the profile asks for it; otherwise it
// is absent.
#pragma once

#include <vector>

#include "core/resource.hpp"
#include "resources/common/systemd_unit.hpp"

namespace agent {

struct ReconcileTimerState {
  // When the profile asks for it.
  SystemdUnit::State service, timer;
  // When the profile does not.
  std::vector<std::string> left;  // files that should be absent
  bool runs = false;
};

class ReconcileTimer : public ResourceOf<ReconcileTimerState> {
 public:
  explicit ReconcileTimer(bool wanted);
  [[nodiscard]] Result<ReconcileTimerState> look(const Probe& probe) const override;
  [[nodiscard]] Observation describe(const ReconcileTimerState& state) const override;
  [[nodiscard]] Status apply(Host& host, const ReconcileTimerState& state) override;

 private:
  SystemdUnit service_;
  SystemdUnit timer_;
  bool wanted_;
};

}  // namespace agent
