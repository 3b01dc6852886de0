// SPDX-License-Identifier: Apache-2.0
// systemd's names on the bus (org.freedesktop.systemd1(5)).
#pragma once

#include "platform/systemd/bus.hpp"

namespace agent {

inline constexpr const char* systemd_service = "org.freedesktop.systemd1";
inline constexpr const char* systemd_path = "/org/freedesktop/systemd1";
inline constexpr const char* systemd_manager = "org.freedesktop.systemd1.Manager";

// A method of the manager itself.
[[nodiscard]] constexpr BusMethod manager(const char* member) {
  return {systemd_service, systemd_path, systemd_manager, member};
}

}  // namespace agent
