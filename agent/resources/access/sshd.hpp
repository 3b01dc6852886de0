// SPDX-License-Identifier: Apache-2.0
// sshd: no passwords. (The public SSH port is closed anyway; this is the second lock.) It cannot keep the
// operator out: settings that sshd refuses are never in place, keys stay good, and passwords go only when
// they are not the only way in.
#pragma once

#include <optional>

#include "core/resource.hpp"
#include "profile/profile.hpp"
#include "resources/common/own_file.hpp"

namespace agent {

struct SshdState {
  enum class Server {
    absent,
    never_run,     // it tells its settings only once its run directory is made
    no_host_keys,  // it tells them only with keys
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
