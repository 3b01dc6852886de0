// SPDX-License-Identifier: Apache-2.0
// The contracts of ports/probe.hpp and ports/host.hpp for whole trees.
#include <doctest/doctest.h>

#include <set>

#include "contract/machine.hpp"

#define ON_BOTH(name) TEST_CASE_TEMPLATE(name, M, FakeMachine, RealMachine)

namespace agent {
namespace {

FileInfo info(const Host& host, const std::string& path) {
  auto seen = host.stat(path);
  REQUIRE(seen);
  REQUIRE_MESSAGE(seen->has_value(), path);
  return **seen;
}

// tree/{bin/run, lib/data, out -> ../outside}, and outside/kept beside it.
template <class M>
void plant(M& m, const FileMode& file, const FileMode& directory) {
  m.put_directory(m.root + "/tree", directory);
  m.put_directory(m.root + "/tree/bin", directory);
  m.put_directory(m.root + "/tree/lib", directory);
  m.put(m.root + "/tree/bin/run", "#!", {file.mode | 0100, file.uid, file.gid});
  m.put(m.root + "/tree/lib/data", "data", file);
  m.put_directory(m.root + "/outside", m.own(0755));
  m.put(m.root + "/outside/kept", "kept", m.own(0666));
  m.put_symlink(m.root + "/tree/out", "../outside");
}

}  // namespace

ON_BOTH("contract: a tree goes, and what its links point at stays") {
  M m;
  auto& host = m.host();
  plant(m, m.own(0644), m.own(0755));
  CHECK(host.remove_tree(m.root + "/tree"));
  CHECK(host.list(m.root).value() == std::vector<std::string>{"home", "outside"});
  CHECK(host.read_file(m.root + "/outside/kept").value() == "kept");
  CHECK(host.remove_tree(m.root + "/tree"));
  CHECK(host.remove_tree(m.root + "/absent/tree"));

  m.put_symlink(m.root + "/link", "outside");
  CHECK(host.remove_tree(m.root + "/link"));
  CHECK(host.list(m.root).value() == std::vector<std::string>{"home", "outside"});
  CHECK(host.read_file(m.root + "/outside/kept").value() == "kept");
}

ON_BOTH("contract: a tree given to root can be read by all and written by nobody else") {
  M m;
  NEEDS_ROOT(m);
  auto& host = m.host();
  plant(m, {06660, m.user.uid, m.user.gid}, {02770, m.user.uid, m.user.gid});
  CHECK(host.give_to_root(m.root + "/tree"));
  for (const char* path :
       {"/tree", "/tree/bin", "/tree/lib", "/tree/bin/run", "/tree/lib/data", "/tree/out"}) {
    CHECK(info(host, m.root + path).uid == 0);
    CHECK(info(host, m.root + path).gid == 0);
  }
  CHECK(info(host, m.root + "/tree").mode == 0755);
  CHECK(info(host, m.root + "/tree/lib").mode == 0755);
  CHECK(info(host, m.root + "/tree/bin/run").mode == 0755);
  CHECK(info(host, m.root + "/tree/lib/data").mode == 0644);
  CHECK(info(host, m.root + "/outside/kept").mode == 0666);

  m.put_fifo(m.root + "/tree/lib/fifo");
  const auto refused = host.give_to_root(m.root + "/tree");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == Errc::refused);
  CHECK(refused.error().message.find(m.root + "/tree/lib/fifo") != std::string::npos);
  CHECK_FALSE(host.give_to_root(m.root + "/absent"));
}

ON_BOTH("contract: a fingerprint is the same until anything in the tree changes") {
  M m;
  auto& host = m.host();
  plant(m, m.own(0644), m.own(0755));
  const auto tree = m.root + "/tree";
  std::set<std::string> seen = {host.fingerprint(tree).value()};
  const auto is_new = [&] { return seen.insert(host.fingerprint(tree).value()).second; };
  REQUIRE(host.read_file(tree + "/lib/data"));
  CHECK_FALSE(is_new());
  REQUIRE(host.write_file(m.root + "/outside/kept", "no matter", m.own(0644)));
  CHECK_FALSE(is_new());

  REQUIRE(host.write_file(tree + "/lib/data", "DATA", m.own(0644)));
  CHECK(is_new());
  REQUIRE(host.set_mode(tree + "/lib/data", m.own(0600)));
  CHECK(is_new());
  REQUIRE(host.set_mode(tree, m.own(0700)));
  CHECK(is_new());
  REQUIRE(host.make_symlink("elsewhere", tree + "/out"));
  CHECK(is_new());
  REQUIRE(host.make_directory(tree + "/new", m.own(0755)));
  CHECK(is_new());
  REQUIRE(host.remove(tree + "/bin/run"));
  CHECK(is_new());

  const auto absent = host.fingerprint(m.root + "/absent");
  REQUIRE_FALSE(absent);
  CHECK(absent.error().code == Errc::not_found);
}

}  // namespace agent
