// ~/.openclaw/openclaw.json: only the keys we own are written; what the owner or OpenClaw wrote stays.
#pragma once


#include "base/json.hpp"
#include "core/resource.hpp"
#include "profile/profile.hpp"

namespace agent {

class OpenclawConfig : public Resource {
 public:
  explicit OpenclawConfig(const Profile& profile);
  [[nodiscard]] Result<Observation> observe(const Probe& probe) const override;
  [[nodiscard]] Status apply(Host& host, const Observation& seen) override;

  static constexpr const char* file = ".openclaw/openclaw.json";  // in the home

  // Newer than the gateway's process when we changed a key since it started.
  [[nodiscard]] static std::string stamp();

 private:
  [[nodiscard]] Status validate(Host& host, const User& user, const std::string& candidate) const;

  std::string user_;
  using Keys = std::vector<std::pair<std::string, Json>>;  // JSON pointer -> value
  Keys owned_;    // always as we say
  Keys initial_;  // written where they are missing
};

}  // namespace agent
