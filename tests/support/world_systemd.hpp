// SPDX-License-Identifier: Apache-2.0
// What a systemd manager makes of the unit files on the disk: it reads a unit when it is first asked for,
// keeps what it read, and reads it again only when told to.
#pragma once

#include <map>
#include <string>
#include <utility>

#include "support/fake_host.hpp"

namespace agent::world {

class UnitFiles {
 public:
  // Brings the host's record of a unit up to date, as LoadUnit of org.freedesktop.systemd1(5) does.
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

// Lets a unit run the program of its ExecStart= from now on; Errc::failed when it isn't there.
Status run_program(FakeHost& host, UnitState& state);

}  // namespace agent::world
