// SPDX-License-Identifier: Apache-2.0
// What is to be seen of the gateway's unit: its files, what systemd has of it, and its process.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ports/probe.hpp"

namespace agent {

struct OpenclawUnitState {
  enum class File { absent, masked, changed, as_shipped };
  enum class OwnDropIn { absent, changed, right };
  // A drop-in that is not ours, as the user's manager names it. `removable`: in whose name it may be removed;
  // none: in nobody's.
  struct DropIn {
    std::string path;
    std::optional<Path> removable;
  };
  // Of a process that runs.
  struct Running {
    std::vector<std::string> exec_start;
    std::string program;
    std::vector<std::string> newer_inputs;  // changed since it started
  };

  User user;
  File file = File::absent;
  bool has_user_namespaces = false;           // the kernel lets this user make some
  OwnDropIn own_drop_in = OwnDropIn::absent;  // the one with the directives that need them
  std::vector<DropIn> drop_ins;
  std::optional<std::string> other_file;  // in force in place of ours
  bool loaded = false;                    // systemd has read the file on the disk
  std::string enabled, active;            // as systemd says
  std::optional<Running> running;
  std::vector<std::string> foreign_units;  // for people
};

// `content`: the unit file as it should be. `inputs`: files that the process runs from. Errc::blocked while
// the user's manager is not up.
[[nodiscard]] Result<OpenclawUnitState> read_unit_state(const Probe& probe, const User& user,
                                                        const std::string& content,
                                                        const std::vector<std::string>& inputs);

}  // namespace agent
