// SPDX-License-Identifier: Apache-2.0
// passwd, group and sudoers, as useradd, usermod, chage, gpasswd, visudo and sudo -l change and show them.
#pragma once

#include "support/fake_host.hpp"

namespace agent::world {

struct Accounts {
  std::string visudo_refuses;  // visudo's message; empty: it accepts the file
  std::string sudo_refuses;    // sudo -l's message; empty: it answers
  int asked_with_expired_root = 0;

  bool passwords_age = false;  // login.defs' PASS_MAX_DAYS is 30

  void attach(FakeHost& host);
};

}  // namespace agent::world
