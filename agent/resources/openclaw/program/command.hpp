// SPDX-License-Identifier: Apache-2.0
// The command `openclaw`, which refuses to run as root.
#pragma once

#include "core/resource.hpp"
#include "resources/common/own_file.hpp"

namespace agent {

struct OpenclawCommandState {
  OwnFile file = OwnFile::absent;
  mode_t mode = 0755;  // as wanted, where there is no file
};

// /usr/local/bin/openclaw runs the version in use. Root's call ends with a sentence that says how to run it
// as the gateway's user: `openclaw gateway install` as root was seen to take the port from the real gateway.
class OpenclawCommand : public ResourceOf<OpenclawCommandState> {
 public:
  explicit OpenclawCommand(const std::string& user);
  [[nodiscard]] Result<OpenclawCommandState> look(const Probe& probe) const override;
  [[nodiscard]] Observation describe(const OpenclawCommandState& state) const override;
  [[nodiscard]] Status apply(Host& host, const OpenclawCommandState& state) override;

 private:
  std::string content_;
};

}  // namespace agent
