// SPDX-License-Identifier: Apache-2.0
// The state of the gateway's unit: its files, systemd's view of it, and its process.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ports/probe.hpp"

namespace agent {

struct OpenclawUnitState {
  enum class File { absent, masked, changed, as_shipped };
  enum class OwnDropIn { absent, changed, right };
  // A drop-in that is not ours, by the name that the user's manager gives. `removable`: the path with the
  // user as whom it may be removed; none: it must not be removed.
  struct DropIn {
    std::string path;
    std::optional<Path> removable;
  };
  // The running process.
  struct Running {
    std::vector<std::string> exec_start;
    std::string program;
    std::vector<std::string> newer_inputs;  // changed since it started
  };

  User user;
  File file = File::absent;
  bool has_user_namespaces = false;           // the kernel lets this user make user namespaces
  OwnDropIn own_drop_in = OwnDropIn::absent;  // our drop-in with the directives that need user namespaces
  std::vector<DropIn> drop_ins;
  std::optional<std::string> other_file;  // in force instead of ours
  bool loaded = false;                    // systemd has read the file on the disk
  std::string enabled, active;            // from systemd
  std::optional<Running> running;
  std::vector<std::string> foreign_units;  // for people
};

// `content`: the desired unit file. `inputs`: files that change when the process must be restarted.
// Errc::blocked while the user's manager is not running.
[[nodiscard]] Result<OpenclawUnitState> read_unit_state(const Probe& probe, const User& user,
                                                        const std::string& content,
                                                        const std::vector<std::string>& inputs);

}  // namespace agent
