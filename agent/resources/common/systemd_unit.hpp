// SPDX-License-Identifier: Apache-2.0
// A unit of the system's manager that is this agent's.
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
    std::string program;  // what its main process must execute; empty for a unit that leaves no process
  };
  // `content`, which outlives this, is the unit's file. A unit that need be neither enabled nor active is
  // only a file.
  SystemdUnit(std::string name, std::string_view content, Wanted wanted);

  [[nodiscard]] const std::string& name() const { return name_; }

  struct State {
    enum class File { absent, changed, as_shipped } file = File::absent;
    std::string other_file;                // what is in force in place of our file; empty: ours is
    std::vector<std::string> drop_ins;     // those of the owner; the distribution's stay
    bool loaded = true;                    // systemd has read the file on the disk
    std::string enabled, active, program;  // as systemd and proc(5) say
  };
  [[nodiscard]] Result<State> look(const Probe& probe) const;
  // Adds drift: "unit file" (the unit's name where only the file is wanted), "fragment path", "drop-in PATH",
  // "loaded", "enabled", "active", "program".
  void describe(const State& state, Observation& seen) const;
  [[nodiscard]] bool in_sync(const State& state) const;
  // Puts right what look() saw; starts the unit, or restarts it when it runs something else than it should.
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
