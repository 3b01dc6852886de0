// SPDX-License-Identifier: Apache-2.0
// The contracts of ports/probe.hpp and ports/host.hpp for system files.
#include <doctest/doctest.h>

#include "contract/machine.hpp"

#define ON_BOTH(name) TEST_CASE_TEMPLATE(name, M, FakeMachine, RealMachine)

namespace agent {
namespace {

// The Errc of a call that must have failed.
template <class T>
Errc code(const Result<T>& result) {
  REQUIRE_FALSE(result);
  return result.error().code;
}

std::string content(const Host& host, const Path& path) {
  auto read = host.read_file(path);
  REQUIRE_MESSAGE(read, path.shown());
  return *read;
}

FileInfo info(const Host& host, const Path& path) {
  auto seen = host.stat(path);
  REQUIRE(seen);
  REQUIRE_MESSAGE(seen->has_value(), path.shown());
  return **seen;
}

bool exists(const Host& host, const Path& path) {
  auto seen = host.stat(path);
  REQUIRE(seen);
  return seen->has_value();
}

}  // namespace

ON_BOTH("contract: stat tells what is there and follows no link") {
  M m;
  auto& host = m.host();
  m.put(m.root + "/file", "12345", m.own(0640));
  m.put_symlink(m.root + "/link", "file");
  m.put_fifo(m.root + "/fifo");
  const auto file = info(host, m.root + "/file");
  CHECK(file.type == FileType::regular);
  CHECK(file.mode == 0640);
  CHECK(file.uid == m.owner.uid);
  CHECK(file.gid == m.owner.gid);
  CHECK(file.size == 5);
  CHECK(file.links == 1);
  CHECK(info(host, m.root).type == FileType::directory);
  CHECK(info(host, m.root + "/").type == FileType::directory);
  CHECK(info(host, "/").type == FileType::directory);
  CHECK(info(host, m.root + "/link").type == FileType::symlink);
  CHECK(info(host, m.root + "/fifo").type == FileType::other);
  CHECK_FALSE(exists(host, m.root + "/absent"));
  CHECK_FALSE(exists(host, m.root + "/absent/below"));
  CHECK_FALSE(exists(host, m.root + "/file/below"));
  CHECK(code(host.stat("relative/path")) == Errc::invalid);
}

ON_BOTH("contract: only regular files are read, links of the system are followed") {
  M m;
  auto& host = m.host();
  m.put(m.root + "/file", "12345", m.own(0644));
  m.put_directory(m.root + "/directory", m.own(0755));
  m.put_fifo(m.root + "/fifo");
  m.put_symlink(m.root + "/link", "file");
  m.put_symlink(m.root + "/dangling", "nowhere");
  m.put_symlink(m.root + "/loop", "loop");
  m.put_symlink(m.root + "/to-fifo", "fifo");
  CHECK(content(host, m.root + "/file") == "12345");
  CHECK(content(host, m.root + "/link") == "12345");
  CHECK(host.read_file(m.root + "/file", 5).has_value());
  CHECK(code(host.read_file(m.root + "/file", 4)) == Errc::refused);
  CHECK(code(host.read_file(m.root + "/absent")) == Errc::not_found);
  CHECK(code(host.read_file(m.root + "/absent/below")) == Errc::not_found);
  CHECK(code(host.read_file(m.root + "/dangling")) == Errc::not_found);
  CHECK(code(host.read_file(m.root + "/loop")) == Errc::refused);
  CHECK(code(host.read_file(m.root + "/directory")) == Errc::refused);
  CHECK(code(host.read_file(m.root + "/fifo")) == Errc::refused);
  CHECK(code(host.read_file(m.root + "/to-fifo")) == Errc::refused);
}

ON_BOTH("contract: links and directories are read as they are") {
  M m;
  auto& host = m.host();
  m.put(m.root + "/b", "", m.own(0644));
  m.put_symlink(m.root + "/a", "some/where");
  m.put_directory(m.root + "/c", m.own(0755));
  m.put(m.root + "/c/inner", "", m.own(0644));
  m.put_symlink(m.root + "/d", "c");
  CHECK(host.read_link(m.root + "/a").value() == "some/where");
  CHECK(code(host.read_link(m.root + "/b")) == Errc::invalid);
  CHECK(code(host.read_link(m.root + "/absent")) == Errc::not_found);
  CHECK(host.list(m.root).value() == std::vector<std::string>{"a", "b", "c", "d", "home"});
  CHECK(host.list(m.root + "/d").value() == std::vector<std::string>{"inner"});
  CHECK(host.list(m.root + "/absent").value().empty());
  CHECK(host.list(m.root + "/absent/below").value().empty());
  CHECK(code(host.list(m.root + "/b")) == Errc::not_found);
}

ON_BOTH("contract: a file is replaced as a whole") {
  M m;
  auto& host = m.host();
  m.put(m.root + "/file", "a longer text that was there", m.own(0666));
  CHECK(host.write_file(m.root + "/file", "new", m.own(0600)));
  CHECK(content(host, m.root + "/file") == "new");
  CHECK(info(host, m.root + "/file").mode == 0600);
  CHECK(host.write_file(m.root + "/setuid", "", m.own(04755)));
  CHECK(info(host, m.root + "/setuid").mode == 04755);
  CHECK(host.list(m.root).value() == std::vector<std::string>{"file", "home", "setuid"});

  SUBCASE("a link is replaced, not followed") {
    m.put(m.root + "/target", "untouched", m.own(0644));
    m.put_symlink(m.root + "/link", "target");
    CHECK(host.write_file(m.root + "/link", "new", m.own(0644)));
    CHECK(info(host, m.root + "/link").type == FileType::regular);
    CHECK(content(host, m.root + "/target") == "untouched");
  }
  SUBCASE("a FIFO is replaced, without waiting for it") {
    m.put_fifo(m.root + "/fifo");
    CHECK(host.write_file(m.root + "/fifo", "new", m.own(0644)));
    CHECK(content(host, m.root + "/fifo") == "new");
  }
  SUBCASE("a directory is not") {
    CHECK(code(host.write_file(m.root + "/home", "", m.own(0644))) == Errc::failed);
    CHECK(host.list(m.root).value().size() == 3);
  }
  SUBCASE("the directory must be there") {
    CHECK(code(host.write_file(m.root + "/absent/file", "", m.own(0644))) == Errc::not_found);
  }
}

ON_BOTH("contract: a directory is made, or set right") {
  M m;
  auto& host = m.host();
  m.put(m.root + "/file", "", m.own(0644));
  m.put_symlink(m.root + "/link", "new");
  CHECK(host.make_directory(m.root + "/new", m.own(0700)));
  CHECK(info(host, m.root + "/new").mode == 0700);
  CHECK(host.make_directory(m.root + "/new", m.own(0755)));
  CHECK(info(host, m.root + "/new").mode == 0755);
  CHECK(host.make_directory(m.root + "/link", m.own(0711)));
  CHECK(info(host, m.root + "/new").mode == 0711);
  CHECK(info(host, m.root + "/link").type == FileType::symlink);
  CHECK(code(host.make_directory(m.root + "/file", m.own(0755))) == Errc::refused);
  CHECK(code(host.make_directory(m.root + "/absent/new", m.own(0755))) == Errc::not_found);
}

ON_BOTH("contract: modes are set, of links never") {
  M m;
  auto& host = m.host();
  m.put(m.root + "/file", "", m.own(0644));
  m.put_symlink(m.root + "/link", "file");
  CHECK(host.set_mode(m.root + "/file", m.own(04711)));
  CHECK(info(host, m.root + "/file").mode == 04711);
  CHECK(code(host.set_mode(m.root + "/link", m.own(0600))) == Errc::refused);
  CHECK(info(host, m.root + "/file").mode == 04711);
  CHECK(code(host.set_mode(m.root + "/absent", m.own(0600))) == Errc::not_found);
}

ON_BOTH("contract: owners are set") {
  M m;
  NEEDS_ROOT(m);
  auto& host = m.host();
  const FileMode theirs{0640, m.user.uid, m.user.gid};
  CHECK(host.write_file(m.root + "/file", "x", theirs));
  CHECK(info(host, m.root + "/file").uid == m.user.uid);
  CHECK(info(host, m.root + "/file").gid == m.user.gid);
  CHECK(info(host, m.root + "/file").mode == 0640);
  CHECK(host.make_directory(m.root + "/directory", m.own(0755)));
  CHECK(host.make_directory(m.root + "/directory", theirs));
  CHECK(info(host, m.root + "/directory").uid == m.user.uid);
  CHECK(host.set_mode(m.root + "/file", m.own(0600)));
  CHECK(info(host, m.root + "/file").uid == 0);
}

ON_BOTH("contract: a symlink takes the place of a file or link") {
  M m;
  auto& host = m.host();
  m.put(m.root + "/file", "", m.own(0644));
  CHECK(host.make_symlink("one", m.root + "/new"));
  CHECK(host.read_link(m.root + "/new").value() == "one");
  CHECK(host.make_symlink("two", m.root + "/new"));
  CHECK(host.read_link(m.root + "/new").value() == "two");
  CHECK(host.make_symlink("three", m.root + "/file"));
  CHECK(host.read_link(m.root + "/file").value() == "three");
  CHECK(code(host.make_symlink("four", m.root + "/home")) == Errc::failed);
  CHECK(code(host.make_symlink("five", m.root + "/absent/new")) == Errc::not_found);
  CHECK(host.list(m.root).value() == std::vector<std::string>{"file", "home", "new"});
}

ON_BOTH("contract: rename replaces what it may") {
  M m;
  auto& host = m.host();
  m.put_directory(m.root + "/tree", m.own(0755));
  m.put(m.root + "/tree/inner", "inner", m.own(0644));
  m.put(m.root + "/a", "a", m.own(0644));
  m.put(m.root + "/b", "b", m.own(0644));
  CHECK(host.rename(m.root + "/a", m.root + "/b"));
  CHECK(content(host, m.root + "/b") == "a");
  CHECK_FALSE(exists(host, m.root + "/a"));
  CHECK(host.rename(m.root + "/tree", m.root + "/moved"));
  CHECK(content(host, m.root + "/moved/inner") == "inner");
  CHECK_FALSE(exists(host, m.root + "/tree"));

  m.put_directory(m.root + "/empty", m.own(0755));
  CHECK(code(host.rename(m.root + "/empty", m.root + "/moved")) == Errc::failed);
  CHECK(code(host.rename(m.root + "/b", m.root + "/moved")) == Errc::failed);
  CHECK(code(host.rename(m.root + "/moved", m.root + "/b")) == Errc::not_found);
  CHECK(host.rename(m.root + "/moved", m.root + "/empty"));
  CHECK(content(host, m.root + "/empty/inner") == "inner");
  CHECK(code(host.rename(m.root + "/absent", m.root + "/c")) == Errc::not_found);
}

ON_BOTH("contract: remove takes a file or a link away, and absent is fine") {
  M m;
  auto& host = m.host();
  m.put(m.root + "/file", "stays", m.own(0644));
  m.put_symlink(m.root + "/link", "file");
  CHECK(host.remove(m.root + "/link"));
  CHECK_FALSE(exists(host, m.root + "/link"));
  CHECK(content(host, m.root + "/file") == "stays");
  CHECK(host.remove(m.root + "/file"));
  CHECK_FALSE(exists(host, m.root + "/file"));
  CHECK(host.remove(m.root + "/file"));
  CHECK(host.remove(m.root + "/absent/below"));
  CHECK(code(host.remove(m.root + "/home")) == Errc::failed);
}

ON_BOTH("contract: wiping takes the content with it, or does nothing") {
  M m;
  auto& host = m.host();
  m.put(m.root + "/file", std::string(200'000, 's'), m.own(0600));
  CHECK(host.wipe_file(m.root + "/file"));
  CHECK_FALSE(exists(host, m.root + "/file"));
  CHECK(host.wipe_file(m.root + "/file"));
  CHECK(host.wipe_file(m.root + "/absent/below"));

  m.put(m.root + "/file", "shared", m.own(0600));
  m.put_symlink(m.root + "/link", "file");
  CHECK(code(host.wipe_file(m.root + "/link")) == Errc::refused);
  m.put_hard_link(m.root + "/file", m.root + "/other");
  CHECK(code(host.wipe_file(m.root + "/file")) == Errc::refused);
  CHECK(content(host, m.root + "/other") == "shared");
  m.put_fifo(m.root + "/fifo");
  CHECK(code(host.wipe_file(m.root + "/fifo")) == Errc::refused);
  CHECK(code(host.wipe_file(m.root + "/home")) == Errc::refused);
}

}  // namespace agent
