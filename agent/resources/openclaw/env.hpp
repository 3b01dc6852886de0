// SPDX-License-Identifier: Apache-2.0
// ~/.openclaw/.env: the only place for the gateway's secrets. 0600 from the first byte; the owner's own lines
// stay. When a secret is replaced, a snapshot is kept until the gateway is ready with the new one
// (snapshot.hpp).
#pragma once

#include "core/resource.hpp"
#include "profile/profile.hpp"
#include "resources/common/artifact.hpp"

namespace agent {

// It contains no secret values.
struct OpenclawEnvState {
  enum class Value { absent, right, another };  // right: the given value, or any value when none was given
  User user;
  std::optional<mode_t> directory_mode;  // none: there is no ~/.openclaw
  std::optional<mode_t> mode;            // none: there is no file
  bool of_another_server = false;        // this server was made from a snapshot of it
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
  enum class Source { none, given, random };  // the source of the value to be written
  [[nodiscard]] Source gateway_source(const OpenclawEnvState& state) const;
  [[nodiscard]] Source anthropic_source(const OpenclawEnvState& state) const;
  [[nodiscard]] Status write(Host& host, const OpenclawEnvState& state);

  std::string user_;
  Artifact openclaw_;
  const Secrets& secrets_;
  bool generated_ = false;  // the requested new token was made
};

// Registers the values in that file with redact(), as far as the file can be read. The search for copies
// needs to know them.
void register_env_secrets(const Probe& probe, const std::string& user);

}  // namespace agent
