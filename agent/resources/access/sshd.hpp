// SPDX-License-Identifier: Apache-2.0
// sshd without passwords. (The public SSH port is closed anyway; this is a second layer.) It cannot lock the
// operator out: settings that sshd refuses are never installed, keys stay valid, and passwords are turned off
// only when they are not the only access.
#pragma once

#include <optional>

#include "core/resource.hpp"
#include "profile/profile.hpp"
#include "resources/common/own_file.hpp"

namespace agent {

struct SshdState {
  enum class Server {
    absent,
    never_run,     // it prints its settings only when its run directory exists
    no_host_keys,  // it prints its settings only when it has host keys
    known,         // its settings are the strings below
  } server = Server::absent;
  OwnFile drop_in = OwnFile::absent;
  // As `sshd -T` says.
  std::string password_authentication;
  std::string kbd_interactive_authentication;
  std::string permit_root_login;
  std::string permit_empty_passwords;
};

class Sshd : public ResourceOf<SshdState> {
 public:
  Sshd(const Profile& profile, std::optional<NewConnection> session);
  [[nodiscard]] Result<SshdState> look(const Probe& probe) const override;
  [[nodiscard]] Observation describe(const SshdState& state) const override;
  [[nodiscard]] Status apply(Host& host, const SshdState& state) override;

 private:
  [[nodiscard]] Status keeps_operator_access(const Probe& probe) const;

  bool tailscale_ssh_;
  std::optional<NewConnection> session_;
};

}  // namespace agent
