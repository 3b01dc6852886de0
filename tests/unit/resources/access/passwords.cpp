// SPDX-License-Identifier: Apache-2.0
// root/password, and ageing: nothing expires under the operator or the gateway
#include "resources/access/passwords.hpp"

#include "support/converged.hpp"

namespace agent {

using namespace world;

TEST_CASE("root password: the expired one that a server comes with is locked, once there is other access") {
  World world;
  auto& root = world.host.users.at("root");
  root.password_locked = false;
  root.must_change_password = true;
  world.tailnet.control.silent = true;
  CHECK(world.enforce().exit_code() == 1);
  CHECK_FALSE(world.host.users.at("root").password_locked);
  CHECK(world.host.users.at("root").must_change_password);

  world.tailnet.control.silent = false;
  repairs(world);
  CHECK(world.host.users.at("root").password_locked);
  CHECK_FALSE(world.host.users.at("root").must_change_password);
}

TEST_CASE("root password: one that somebody has set is a note, and stays") {
  Converged world;
  world.host.users.at("root").password_locked = false;
  const auto report = world.check();
  CHECK(report.exit_code() == 0);
  CHECK(find(report, "root/password").notes ==
        Lines{"root has a password: whoever knows it logs in on the provider's console"});
  CHECK(world.enforce().exit_code() == 0);
  CHECK_FALSE(world.host.users.at("root").password_locked);
}

TEST_CASE("root password: root never expires, and keeps the password that somebody has set") {
  Converged world;
  world.host.users.at("root").password_locked = false;
  world.host.users.at("root").ages = true;
  CHECK(only_drift(world, "root/password") ==
        Lines{"ageing: is root or its password expires, should be never"});
  repairs(world);
  CHECK_FALSE(world.host.users.at("root").password_locked);
}

TEST_CASE("user: the account never expires, neither one that was there nor one that login.defs limits") {
  Converged world;
  world.host.users.at("ubuntu").must_change_password = true;
  world.host.users.at("ubuntu").ages = true;
  CHECK(only_drift(world, "user") ==
        Lines{"password: is must be changed at the next login, should be need not be",
              "ageing: is the account or its password expires, should be never"});
  repairs(world);

  World limited;
  limited.accounts.passwords_age = true;
  CHECK(limited.enforce().exit_code() == 0);
  CHECK_FALSE(limited.user().ages);
}

}  // namespace agent
