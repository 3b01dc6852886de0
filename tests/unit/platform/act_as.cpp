// SPDX-License-Identifier: Apache-2.0
#include "platform/posix/act_as.hpp"

#include <doctest/doctest.h>
#include <sys/fsuid.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <thread>

#include "platform/fs/files.hpp"
#include "support/scratch.hpp"

namespace agent {
namespace {

constexpr gid_t agents_own = 12345;

struct Seen {
  bool read = true;  // a file that only the agent's own group may read
  bool again = false;
};

Seen look(const User& user, const std::string& file) {
  Seen seen;
  // The raw system call changes only this thread.
  if (::syscall(SYS_setgroups, 1, &agents_own) != 0) return seen;
  seen.read = files::read({user, "file"}, 100).has_value();
  gid_t restored = 0;
  seen.again = ::getgroups(1, &restored) == 1 && restored == agents_own && files::read(file, 100).has_value();
  return seen;
}

}  // namespace

TEST_CASE("act as: the agent's own groups give no access in a home, and are restored afterwards") {
  if (::geteuid() != 0) {
    MESSAGE("skipped: only root can act as another user");
    return;
  }
  const Scratch scratch;
  scratch.put("file", "x");
  REQUIRE(::chmod(scratch.path().c_str(), 0755) == 0);
  REQUIRE(files::set_mode(scratch.path("file"), {0040, 0, agents_own}));
  const User user{"somebody", 54321, 54321, scratch.path(), "/bin/sh", {}, true};
  Seen seen;
  std::thread([&] { seen = look(user, scratch.path("file")); }).join();
  CHECK_FALSE(seen.read);
  CHECK(seen.again);
}

}  // namespace agent
