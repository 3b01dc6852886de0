// SPDX-License-Identifier: Apache-2.0
// The gateway's systemd user unit. The user can override a user unit, so the check compares what systemd
// really runs.
#pragma once

#include "core/resource.hpp"
#include "profile/profile.hpp"
#include "resources/openclaw/unit_state.hpp"

namespace agent {

class OpenclawUnit : public ResourceOf<OpenclawUnitState> {
 public:
  explicit OpenclawUnit(const Profile& profile);
  [[nodiscard]] Result<OpenclawUnitState> look(const Probe& probe) const override;
  [[nodiscard]] Observation describe(const OpenclawUnitState& state) const override;
  [[nodiscard]] Status apply(Host& host, const OpenclawUnitState& state) override;

 private:
  [[nodiscard]] bool files_are_right(const OpenclawUnitState& state) const;
  [[nodiscard]] bool runs_as_it_should(const OpenclawUnitState& state) const;
  [[nodiscard]] Status write_files(Host& host, const OpenclawUnitState& state) const;

  std::string user_;
  std::uint16_t port_;
  std::string content_;              // the unit file
  std::vector<std::string> argv_;    // what it must run
  std::vector<std::string> inputs_;  // files that are newer than the process when its program, dependencies
                                     // or configuration changed
};

}  // namespace agent
