// SPDX-License-Identifier: Apache-2.0
// ~/.openclaw/.env: the one place where the gateway's secrets live. 0600 from the first byte; lines of the
// owner's own stay. When one is replaced, a snapshot is kept until the gateway is ready with the new one
// (snapshot.hpp).
#pragma once

#include "core/resource.hpp"
#include "profile/profile.hpp"
#include "resources/common/artifact.hpp"

namespace agent {

// No values of secrets.
struct OpenclawEnvState {
  enum class Value { absent, right, another };  // right: the one that was given, or any when none was
  User user;
  std::optional<mode_t> directory_mode;  // none: there is no ~/.openclaw
  std::optional<mode_t> mode;            // none: there is no file
  Value gateway_token = Value::absent;
  Value anthropic_token = Value::absent;
};

class OpenclawEnv : public ResourceOf<OpenclawEnvState> {
 public:
  OpenclawEnv(const Profile& profile, const Secrets& secrets);
  [[nodiscard]] Result<OpenclawEnvState> look(const Probe& probe) const override;
  [[nodiscard]] Observation describe(const OpenclawEnvState& state) const override;
  [[nodiscard]] Status apply(Host& host, const OpenclawEnvState& state) override;

 private:
  enum class Source { none, given, random };  // where the value that must be written comes from
  [[nodiscard]] Source gateway_source(const OpenclawEnvState& state) const;
  [[nodiscard]] Source anthropic_source(const OpenclawEnvState& state) const;
  [[nodiscard]] Status write(Host& host, const OpenclawEnvState& state);

  std::string user_;
  Artifact openclaw_;
  const Secrets& secrets_;
  bool generated_ = false;  // the new token that was asked for is made
};

// Makes the values in that file known to redact(), as far as it can be read: what looks for copies must know
// what of.
void register_env_secrets(const Probe& probe, const std::string& user);

}  // namespace agent
