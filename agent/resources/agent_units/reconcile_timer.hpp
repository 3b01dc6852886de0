// SPDX-License-Identifier: Apache-2.0
// The timer that repairs drift by itself: there and running when the profile wants it, else absent.
#pragma once

#include <vector>

#include "core/resource.hpp"
#include "resources/common/systemd_unit.hpp"

namespace agent {

struct ReconcileTimerState {
  // Where it is wanted.
  SystemdUnit::State service, timer;
  // Where it is not.
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
