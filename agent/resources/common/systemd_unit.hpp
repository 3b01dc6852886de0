// SPDX-License-Identifier: Apache-2.0
// A unit of the agent in the system's manager.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/observation.hpp"
#include "ports/host.hpp"

namespace agent {

class SystemdUnit {
 public:
  struct Wanted {
    bool enabled = false;
    bool active = false;
    std::string program;  // the program of its main process; empty for a unit without a process
  };
  // `content` is the unit's file and must outlive this object. A unit that need not be enabled or active is
  // only a file.
  SystemdUnit(std::string name, std::string_view content, Wanted wanted);

  [[nodiscard]] const std::string& name() const { return name_; }

  struct State {
    enum class File { absent, changed, as_shipped } file = File::absent;
    std::string other_file;                // the file that is in force instead of ours; empty: ours is
    std::vector<std::string> drop_ins;     // the owner's drop-ins; the distribution's stay
    bool loaded = true;                    // systemd has read the file on the disk
    std::string enabled, active, program;  // from systemd and proc(5)
  };
  [[nodiscard]] Result<State> look(const Probe& probe) const;
  // Adds drift: "unit file" (the unit's name where only the file is wanted), "fragment path", "drop-in PATH",
  // "loaded", "enabled", "active", "program".
  void describe(const State& state, Observation& seen) const;
  [[nodiscard]] bool in_sync(const State& state) const;
  // Removes the drift that look() saw. Starts the unit, or restarts it when it runs the wrong program.
  [[nodiscard]] Status apply(Host& host, const State& state) const;

 private:
  [[nodiscard]] bool files_are_right(const State& state) const;
  [[nodiscard]] bool runs(const State& state) const;
  [[nodiscard]] std::string path() const;
  std::string name_;
  std::string_view content_;
  Wanted wanted_;
};

}  // namespace agent
