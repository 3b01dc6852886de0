// SPDX-License-Identifier: Apache-2.0
// How a systemd manager uses the unit files on the disk: it reads a unit at the first request, keeps it, and
// reads it again only at a reload.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "support/fake_host.hpp"

namespace agent::world {

class UnitFiles {
 public:
  // Updates the host's record of a unit, like LoadUnit of org.freedesktop.systemd1(5).
  void look(FakeHost& host, const Scope& scope, const std::string& name);
  // systemctl(1) daemon-reload.
  void reload(FakeHost& host, const Scope& scope);

  // Where the user's own systemd keeps its units, and the system's.
  static std::string directory(const Scope& scope);

 private:
  using Key = std::pair<std::string, std::string>;
  struct OnDisk {
    std::string text;
    std::vector<std::string> drop_ins;
    bool operator==(const OnDisk&) const = default;
  };
  static OnDisk on_disk(const FakeHost& host, const std::string& path);
  void load(FakeHost& host, const Scope& scope, const std::string& name);

  std::map<Key, OnDisk> loaded_;
};

// From now on the unit runs the program of its ExecStart=; Errc::failed when the program is absent.
Status run_program(FakeHost& host, UnitState& state);

}  // namespace agent::world
