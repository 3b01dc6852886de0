// SPDX-License-Identifier: Apache-2.0
// Reads all properties of one unit in one call.
#pragma once

#include "platform/systemd/bus.hpp"

namespace agent {

struct UnitProperties {
  UnitState state;
  int exit_kind = 0;    // ExecMainCode: CLD_EXITED, CLD_KILLED, … of waitid(2)
  int exit_status = 0;  // ExecMainStatus: the exit code or signal of the main process
};

[[nodiscard]] Result<UnitProperties> unit_properties(Bus& bus, const std::string& unit);

}  // namespace agent
