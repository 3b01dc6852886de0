// SPDX-License-Identifier: Apache-2.0
// Root in a user's home: acts as that user, stays in the home, follows no symlink.
#include <doctest/doctest.h>

#include <functional>
#include <thread>

#include "contract/machine.hpp"
#include "support/kernel.hpp"

#define ON_BOTH(name) TEST_CASE_TEMPLATE(name* doctest::skip(no_openat2()), M, FakeMachine, RealMachine)

namespace agent {
namespace {

// A symlink in the way must be refused, and the message must say so and where.
template <class T>
void check_refused(const Result<T>& result, const std::string& place) {
  REQUIRE_FALSE(result);
  CHECK(result.error().code == Errc::refused);
  CHECK_MESSAGE(result.error().message.find("symlink") != std::string::npos, result.error().message);
  CHECK_MESSAGE(result.error().message.find(place) != std::string::npos, result.error().message);
}

template <class T>
Errc code(const Result<T>& result) {
  REQUIRE_FALSE(result);
  return result.error().code;
}

FileInfo info(const Host& host, const Path& path) {
  auto seen = host.stat(path);
  REQUIRE(seen);
  REQUIRE_MESSAGE(seen->has_value(), path.shown());
  return **seen;
}

}  // namespace

ON_BOTH("contract: what is made in a home is its user's") {
  M m;
  auto& host = m.host();
  CHECK(host.make_directory({m.user, ".config"}, {0700, 0, 0}));
  CHECK(host.write_file({m.user, ".config/file"}, "text", {0600, 0, 0}));
  CHECK(host.make_symlink("file", {m.user, ".config/link"}));
  for (const char* name : {".config", ".config/file", ".config/link"}) {
    CHECK(info(host, {m.user, name}).uid == m.user.uid);
    CHECK(info(host, {m.user, name}).gid == m.user.gid);
  }
  CHECK(info(host, {m.user, ".config"}).mode == 0700);
  CHECK(info(host, {m.user, ".config/file"}).mode == 0600);
  CHECK(host.read_file({m.user, ".config/file"}).value() == "text");
  CHECK(host.read_link({m.user, ".config/link"}).value() == "file");
  CHECK(host.list({m.user, ".config"}).value() == std::vector<std::string>{"file", "link"});
  CHECK(host.list({m.user, ""}).value() == std::vector<std::string>{".config"});
  CHECK(info(host, {m.user, ""}).type == FileType::directory);
  CHECK(host.make_directory({m.user, ".config"}, {0750, 0, 0}));
  CHECK(info(host, {m.user, ".config"}).mode == 0750);
  CHECK(host.set_mode({m.user, ".config/file"}, {0640, 0, 0}));
  CHECK(info(host, {m.user, ".config/file"}).mode == 0640);
  CHECK(info(host, {m.user, ".config/file"}).uid == m.user.uid);
  CHECK(host.wipe_file({m.user, ".config/file"}));
  CHECK(host.remove({m.user, ".config/link"}));
  CHECK(host.list({m.user, ".config"}).value().empty());
  CHECK_FALSE(host.stat({m.user, "absent/file"}).value().has_value());
  CHECK(code(host.write_file({m.user, "absent/file"}, "", {})) == Errc::not_found);
}

ON_BOTH("contract: a symlink on the way into a home's path is refused, and its target untouched") {
  M m;
  auto& host = m.host();
  m.put_directory(m.root + "/elsewhere", {0777, m.user.uid, m.user.gid});
  m.put(m.root + "/elsewhere/file", "untouched", {0666, m.user.uid, m.user.gid});
  m.put_directory(m.user.home + "/a", {0755, m.user.uid, m.user.gid});
  SUBCASE("to somewhere else") { m.put_symlink(m.user.home + "/a/link", m.root + "/elsewhere"); }
  SUBCASE("relative, and out of the home") { m.put_symlink(m.user.home + "/a/link", "../../elsewhere"); }
  SUBCASE("within the home") {
    m.put_directory(m.user.home + "/b", {0755, m.user.uid, m.user.gid});
    m.put(m.user.home + "/b/file", "untouched", {0644, m.user.uid, m.user.gid});
    m.put_symlink(m.user.home + "/a/link", "../b");
  }
  SUBCASE("to nowhere") { m.put_symlink(m.user.home + "/a/link", "nowhere"); }
  const Path file(m.user, "a/link/file");
  const std::string named = "~somebody/a/link";
  check_refused(host.stat(file), named);
  check_refused(host.read_file(file), named);
  check_refused(host.read_link(file), named);
  check_refused(host.list(file), named);
  check_refused(host.write_file(file, "new", {}), named);
  check_refused(host.make_directory({m.user, "a/link/new"}, {}), named);
  check_refused(host.make_symlink("x", {m.user, "a/link/new"}), named);
  check_refused(host.set_mode(file, {0600, 0, 0}), named);
  check_refused(host.remove(file), named);
  check_refused(host.wipe_file(file), named);
  CHECK(host.read_file(m.root + "/elsewhere/file").value() == "untouched");
  CHECK(host.list(m.root + "/elsewhere").value() == std::vector<std::string>{"file"});
}

ON_BOTH(
    "contract: a symlink at the end of a home's path is seen, replaced by a link or removed, but never "
    "used") {
  M m;
  auto& host = m.host();
  m.put(m.root + "/target", "untouched", {0666, m.user.uid, m.user.gid});
  m.put_symlink(m.user.home + "/link", m.root + "/target");
  const Path link(m.user, "link");
  CHECK(info(host, link).type == FileType::symlink);
  check_refused(host.read_file(link), "~somebody/link");
  check_refused(host.list(link), "~somebody/link");
  check_refused(host.write_file(link, "new", {}), "~somebody/link");
  check_refused(host.make_directory(link, {}), "~somebody/link");
  check_refused(host.set_mode(link, {0600, 0, 0}), "~somebody/link");
  CHECK(code(host.wipe_file(link)) == Errc::refused);
  CHECK(host.read_file(m.root + "/target").value() == "untouched");
  CHECK(info(host, m.root + "/target").mode == 0666);
}

ON_BOTH("contract: a home's path does not lead out of it") {
  M m;
  auto& host = m.host();
  m.put(m.root + "/secret", "x", {0644, m.user.uid, m.user.gid});
  m.put_directory(m.user.home + "/a", {0755, m.user.uid, m.user.gid});
  CHECK(code(host.read_file({m.user, "../secret"})) == Errc::refused);
  CHECK(code(host.read_file({m.user, "a/../../secret"})) == Errc::refused);
  CHECK(code(host.read_file({m.user, m.root + "/secret"})) == Errc::refused);
  CHECK(code(host.write_file({m.user, "../new"}, "", {})) == Errc::refused);
  CHECK(code(host.stat({m.user, "a/.."})) == Errc::invalid);
  User homeless = m.user;
  homeless.home = m.root + "/no-home";
  CHECK_FALSE(host.stat({homeless, "file"}).value().has_value());
  CHECK(code(host.write_file({homeless, "file"}, "", {})) == Errc::not_found);
}

ON_BOTH("contract: root has no more rights in a home than its user") {
  M m;
  NEEDS_ROOT(m);
  auto& host = m.host();
  m.put(m.user.home + "/roots", "x", {0600, 0, 0});
  m.put_directory(m.user.home + "/closed", {0700, 0, 0});
  m.put(m.user.home + "/closed/file", "x", {0666, 0, 0});
  m.put_directory(m.user.home + "/readable", {0755, 0, 0});
  CHECK(code(host.read_file({m.user, "roots"})) == Errc::failed);
  CHECK(code(host.set_mode({m.user, "roots"}, {0644, 0, 0})) == Errc::failed);
  CHECK(code(host.wipe_file({m.user, "roots"})) == Errc::failed);
  CHECK(code(host.read_file({m.user, "closed/file"})) == Errc::failed);
  CHECK(code(host.list({m.user, "closed"})) == Errc::failed);
  CHECK(code(host.write_file({m.user, "readable/file"}, "", {})) == Errc::failed);
  CHECK(code(host.make_symlink("x", {m.user, "readable/link"})) == Errc::failed);
  CHECK(code(host.make_directory({m.user, "readable/new"}, {})) == Errc::failed);
  CHECK(code(host.make_directory({m.user, "readable"}, {0700, 0, 0})) == Errc::failed);
  CHECK(host.write_file({m.user, "roots"}, "now theirs",
                        {0600, 0, 0}));  // it is the user's directory, so the user may replace the file
  CHECK(info(host, {m.user, "roots"}).uid == m.user.uid);

  // And root is root again afterwards.
  m.put_directory(m.root + "/roots-own", {0700, 0, 0});
  CHECK(host.write_file(m.root + "/roots-own/file", "", {}));
  CHECK(info(host, m.root + "/roots-own/file").uid == 0);
}

ON_BOTH("contract: threads do not share the user they act as") {
  M m;
  NEEDS_ROOT(m);
  auto& host = m.host();
  m.put_directory(m.root + "/roots-own", {0700, 0, 0});
  bool system_right = true;
  bool home_right = true;
  std::thread other([&] {
    for (int round = 0; round < 200; ++round)
      system_right =
          host.write_file(m.root + "/roots-own/file", "", {0600, 0, 0}).has_value() && system_right;
  });
  for (int round = 0; round < 200; ++round)
    home_right = host.write_file({m.user, "file"}, "", {0600, 0, 0}).has_value() && home_right;
  other.join();
  CHECK(system_right);
  CHECK(home_right);
  CHECK(info(host, m.root + "/roots-own/file").uid == 0);
  CHECK(info(host, {m.user, "file"}).uid == m.user.uid);
}

}  // namespace agent
