// SPDX-License-Identifier: Apache-2.0
// ~/.openclaw/openclaw.json: only our own keys are written. What the owner or OpenClaw wrote stays.
#pragma once

#include "base/json.hpp"
#include "core/resource.hpp"
#include "profile/profile.hpp"

namespace agent {

struct OpenclawConfigState {
  struct WrongKey {
    std::string pointer;  // JSON pointer
    std::string now;      // JSON or "absent", for people; never a token
    std::string wanted;
  };
  User user;
  std::optional<mode_t> mode;  // none: there is no file
  std::vector<WrongKey> wrong_keys;
};

class OpenclawConfig : public ResourceOf<OpenclawConfigState> {
 public:
  explicit OpenclawConfig(const Profile& profile);
  [[nodiscard]] Result<OpenclawConfigState> look(const Probe& probe) const override;
  [[nodiscard]] Observation describe(const OpenclawConfigState& state) const override;
  [[nodiscard]] Status apply(Host& host, const OpenclawConfigState& state) override;

  // The path of a file that is newer than the gateway's process when we changed a key after the process
  // started.
  [[nodiscard]] static std::string stamp();

 private:
  [[nodiscard]] Result<Json> read(const Probe& probe, const User& user) const;

  std::string user_;
  std::uint16_t port_;
  using Keys = std::vector<std::pair<std::string, Json>>;  // JSON pointer -> value
  Keys owned_;                                             // always have our value
  Keys initial_;                                           // written only where they are missing
};

}  // namespace agent
