// SPDX-License-Identifier: Apache-2.0
// Tests of the implementation, which the contract (tests/contract/files.cpp) cannot cover.
#include "platform/fs/files.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/unique_fd.hpp"
#include "support/scratch.hpp"

namespace agent {
namespace {

FileMode own(mode_t mode) { return {mode, ::geteuid(), ::getegid()}; }

}  // namespace

TEST_CASE("files: what a killed run left behind is gone after the next write") {
  const Scratch scratch;
  scratch.put(".file.bootstrap-agent-new", "half of a secr");
  const UniqueFd half(::open(scratch.path(".file.bootstrap-agent-new").c_str(), O_RDONLY | O_CLOEXEC));
  REQUIRE(files::write(scratch.path("file"), "whole", own(0600)));
  struct stat info = {};
  REQUIRE(::fstat(half.get(), &info) == 0);
  CHECK(info.st_size == 0);  // wiped, like the file itself
  CHECK(files::list(scratch.path()).value() == std::vector<std::string>{"file"});

  scratch.put(".link.bootstrap-agent-new", "");
  REQUIRE(files::make_symlink("target", scratch.path("link")));
  CHECK(files::list(scratch.path()).value() == std::vector<std::string>{"file", "link"});
}

TEST_CASE("files: a write that fails half-way leaves the old file and no temporary") {
  const Scratch scratch;
  scratch.put("file", "old");
  const auto old_signal = ::signal(SIGXFSZ, SIG_IGN);
  rlimit limit = {};
  REQUIRE(::getrlimit(RLIMIT_FSIZE, &limit) == 0);
  const rlimit small = {4096, limit.rlim_max};  // like a full disk
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &small) == 0);
  const auto written = files::write(scratch.path("file"), std::string(10'000, 'n'), own(0644));
  REQUIRE(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
  ::signal(SIGXFSZ, old_signal);
  REQUIRE_FALSE(written);
  CHECK(written.error().message == "write " + scratch.path("file") + ": File too large");
  CHECK(files::read(scratch.path("file"), 100).value() == "old");
  CHECK(files::list(scratch.path()).value() == std::vector<std::string>{"file"});
}

TEST_CASE("files: a reader sees the old file or the new one, never a part") {
  const Scratch scratch;
  scratch.put("file", "old");
  const UniqueFd open(::open(scratch.path("file").c_str(), O_RDONLY | O_CLOEXEC));
  REQUIRE(files::write(scratch.path("file"), "new", own(0644)));
  std::string text(3, ' ');
  REQUIRE(::read(open.get(), text.data(), text.size()) == 3);
  CHECK(text == "old");
}

TEST_CASE("files: wiping empties the file itself, for whoever still has it open") {
  const Scratch scratch;
  scratch.put("secret", "secret");
  const UniqueFd open(::open(scratch.path("secret").c_str(), O_RDONLY | O_CLOEXEC));
  REQUIRE(files::wipe(scratch.path("secret")));
  struct stat info = {};
  REQUIRE(::fstat(open.get(), &info) == 0);
  CHECK(info.st_size == 0);
  CHECK(info.st_nlink == 0);
}

TEST_CASE("files: a file in /proc, whose size is not known before, is read to its end") {
  const auto self = files::read("/proc/self/status", 1U << 20U);
  REQUIRE(self);
  CHECK(self->starts_with("Name:"));
  CHECK(self->find("voluntary_ctxt_switches") != std::string::npos);
}

}  // namespace agent
