// SPDX-License-Identifier: Apache-2.0
// Keeps needrestart(1) from restarting a run of the agent.
#pragma once

#include "core/resource.hpp"
#include "resources/common/own_file.hpp"

namespace agent {

struct NeedrestartState {
  bool is_installed = false;  // where it is not, nothing is wanted
  OwnFile file = OwnFile::absent;
};

class Needrestart : public ResourceOf<NeedrestartState> {
 public:
  Needrestart() : ResourceOf({"boot/needrestart", {}, {}}) {}
  [[nodiscard]] Result<NeedrestartState> look(const Probe& probe) const override;
  [[nodiscard]] Observation describe(const NeedrestartState& state) const override;
  [[nodiscard]] Status apply(Host& host, const NeedrestartState& state) override;
};

}  // namespace agent
