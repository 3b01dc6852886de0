// SPDX-License-Identifier: Apache-2.0
#include "platform/posix/accounts.hpp"

#include <doctest/doctest.h>

#include "support/scratch.hpp"

namespace agent {
namespace {

struct Etc {
  Scratch scratch;
  Etc() {
    scratch.put("passwd",
                "root:x:0:0:root:/root:/bin/bash\n"
                "ubuntu:x:1000:1001:Ubuntu,,,:/home/ubuntu:/bin/bash\n"
                "star:x:1001:1001::/home/star:/bin/sh\n"
                "open:x:1002:1002::/home/open:/bin/sh\n"
                "idle:x:1006:1006::/home/idle:/bin/sh\n"
                "old:*:1003:1003::/home/old:/bin/sh\n"
                "everybody::1004:1004::/home/everybody:/bin/sh\n"
                "no-shadow:x:1005:1005::/:/bin/sh\n"
                "bad:x:not-a-number:1:::\n"
                "short:x:1\n");
    scratch.put(
        "group",
        "root:x:0:\nadm:x:4:syslog,ubuntu\nsudo:x:27:ubuntu\nubuntu:x:1001:\nlxd:x:105:ubuntuu,xubuntu\n");
    scratch.put("shadow",
                "root:*:1::::::\nubuntu:!$6$x:0:0:99999:7:::\nstar:*:1:0:30:7:::\nopen:$6$hash:1::::20000::\n"
                "idle:!:1:0:99999:7:30::\n");
  }
  [[nodiscard]] User find(const std::string& name) const {
    auto user = find_account(name, scratch.path());
    REQUIRE(user);
    REQUIRE_MESSAGE(user->has_value(), name);
    return **user;
  }
};

}  // namespace

TEST_CASE("accounts: an account with its supplementary groups") {
  const Etc etc;
  const auto user = etc.find("ubuntu");
  CHECK(user.uid == 1000);
  CHECK(user.gid == 1001);
  CHECK(user.home == "/home/ubuntu");
  CHECK(user.shell == "/bin/bash");
  CHECK(user.groups == std::vector<std::string>{"adm", "sudo"});
  CHECK(group_ids(user, etc.scratch.path()).value() == std::vector<gid_t>{1001, 4, 27});
}

TEST_CASE("accounts: whether any password opens it") {
  const Etc etc;
  CHECK(etc.find("ubuntu").password_locked);
  CHECK(etc.find("star").password_locked);
  CHECK(etc.find("old").password_locked);
  CHECK(etc.find("no-shadow").password_locked);
  CHECK_FALSE(etc.find("open").password_locked);
  CHECK_FALSE(etc.find("everybody").password_locked);
}

TEST_CASE("accounts: what expires, by whichever of shadow's fields") {
  const Etc etc;
  for (const char* name : {"star", "open", "idle"}) CHECK_MESSAGE(etc.find(name).ages, name);
  for (const char* name : {"root", "ubuntu", "old", "no-shadow"}) CHECK_MESSAGE(!etc.find(name).ages, name);
  CHECK(etc.find("ubuntu").must_change_password);
  CHECK_FALSE(etc.find("star").must_change_password);
}

TEST_CASE("accounts: absent, malformed, or not to be read") {
  const Etc etc;
  for (const char* name : {"absent", "bad", "short", ""}) {
    const auto user = find_account(name, etc.scratch.path());
    REQUIRE(user);
    CHECK_FALSE(user->has_value());
  }
  const auto unseen = find_account("root", "/no/such/directory");
  REQUIRE_FALSE(unseen);
  CHECK(unseen.error().code == Errc::not_found);
}

}  // namespace agent
