// The gateway's systemd user unit. A user unit is its user's to override, so what counts is what systemd really runs.
#pragma once

#include "core/resource.hpp"
#include "profile/profile.hpp"

namespace agent {

class OpenclawUnit : public Resource {
 public:
  static constexpr const char* unit_name = "openclaw-gateway.service";
  // In the home, where `openclaw gateway status` and `openclaw doctor` look for it.
  static constexpr const char* unit_file = ".config/systemd/user/openclaw-gateway.service";
  // A gateway at work finishes its turns before it stops: the unit's TimeoutStopSec=330 and then its TimeoutStartSec=30.
  static constexpr Milliseconds restart_timeout{400'000};

  explicit OpenclawUnit(const Profile& profile);
  [[nodiscard]] Result<Observation> observe(const Probe& probe) const override;
  [[nodiscard]] Status apply(Host& host, const Observation& seen) override;

 private:
  void compare_running(const Probe& probe, const UnitState& unit, const User& user, Observation& seen) const;
  [[nodiscard]] Status note_foreign_units(const Probe& probe, const User& user, Observation& seen) const;

  std::string user_;
  std::string content_;           // the unit file
  std::vector<std::string> argv_; // what it must run
  std::vector<std::string> inputs_;  // files that are newer than the process when what it runs from has changed
};

}  // namespace agent
