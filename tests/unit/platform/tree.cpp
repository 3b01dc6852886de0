// SPDX-License-Identifier: Apache-2.0
// The fields of a fingerprint: a change of each field alone must change it. Other tests are in the contract
// (tests/contract/trees.cpp).
#include "platform/fs/tree.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/scratch.hpp"

namespace agent {
namespace {

constexpr timespec some_day = {1'000'000'000, 5};

void set_time(const std::string& path, const timespec& time = some_day) {
  const timespec times[2] = {time, time};
  REQUIRE(::utimensat(AT_FDCWD, path.c_str(), times, AT_SYMLINK_NOFOLLOW) == 0);
}

// A tree of one file and one link; all times are equal.
std::string planted(const Scratch& scratch, const std::string& name, const std::string& content,
                    const std::string& target) {
  ::unlink(scratch.path("link").c_str());
  std::filesystem::remove(scratch.path("a"));
  std::filesystem::remove(scratch.path("b"));
  scratch.put(name, content);
  REQUIRE(::symlink(target.c_str(), scratch.path("link").c_str()) == 0);
  for (const auto& path : {scratch.path(name), scratch.path("link"), scratch.path()}) set_time(path);
  return tree::fingerprint(scratch.path()).value();
}

}  // namespace

TEST_CASE("tree: each field alone changes the fingerprint") {
  const Scratch scratch;
  const auto same = planted(scratch, "a", "1234", "one");
  CHECK(planted(scratch, "a", "1234", "one") == same);
  CHECK(planted(scratch, "a", "1234", "two") != same);   // only the link's target
  CHECK(planted(scratch, "b", "1234", "one") != same);   // only a name
  CHECK(planted(scratch, "a", "12345", "one") != same);  // only the size

  planted(scratch, "a", "1234", "one");
  set_time(scratch.path("a"), {1'000'000'000, 6});
  CHECK(tree::fingerprint(scratch.path()).value() != same);  // only a nanosecond
  set_time(scratch.path("a"));
  REQUIRE(::chmod(scratch.path("a").c_str(), 0600) == 0);
  CHECK(tree::fingerprint(scratch.path()).value() != same);  // only the mode
  REQUIRE(::chmod(scratch.path("a").c_str(), 0644) == 0);
  CHECK(tree::fingerprint(scratch.path()).value() == same);
  if (::geteuid() != 0) {
    MESSAGE("skipped in part: only root can give a file away");
    return;
  }
  REQUIRE(::chown(scratch.path("a").c_str(), 1, 0) == 0);
  CHECK(tree::fingerprint(scratch.path()).value() != same);  // only the owner
}

}  // namespace agent
