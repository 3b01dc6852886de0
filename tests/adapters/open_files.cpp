// SPDX-License-Identifier: Apache-2.0
// Which processes have a file open, according to the kernel.
#include "platform/fs/open_files.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>

#include <filesystem>

#include "adapters/child.hpp"
#include "adapters/scratch.hpp"
#include "base/unique_fd.hpp"

using namespace agent;
using agent::test::Child;
using agent::test::Scratch;

namespace {

std::vector<std::string> holders_of(const std::string& path) { return processes_that_hold({path})[path]; }

}  // namespace

TEST_CASE("open files: the other processes that have this very file open, by whatever name they opened it") {
  using Names = std::vector<std::string>;
  const Scratch scratch;
  scratch.write("log", "one");
  scratch.write("other", "one");
  Child holder({"sh", "-c", "exec 9<log; echo pid: $$; exec sleep 60"}, scratch.path());
  Child neighbour({"sh", "-c", "exec 9<other; echo pid: $$; exec sleep 60"}, scratch.path());
  const auto pid = holder.after("pid: ");
  REQUIRE_FALSE(pid.empty());
  REQUIRE_FALSE(neighbour.after("pid: ").empty());
  const UniqueFd own(::open(scratch.path("log").c_str(), O_RDONLY | O_CLOEXEC));
  // After the printed line and before exec, the process still has the shell's name.
  const auto is_holder = [&](const Names& names) {
    return names == Names{"sleep (pid " + pid + ")"} || names == Names{"sh (pid " + pid + ")"};
  };
  CHECK(is_holder(holders_of(scratch.path("log"))));
  auto both = processes_that_hold({scratch.path("log"), scratch.path("other"), scratch.path("absent")});
  CHECK(both.size() == 2);
  CHECK(is_holder(both[scratch.path("log")]));
  CHECK(both[scratch.path("other")].size() == 1);
  std::filesystem::rename(scratch.path("log"), scratch.path("log.1"));
  CHECK(is_holder(holders_of(scratch.path("log.1"))));
  CHECK(holders_of(scratch.path("log")).empty());
  scratch.write("log", "a new file under the old name");
  CHECK(holders_of(scratch.path("log")).empty());
  std::filesystem::create_symlink("log.1", scratch.path("link"));
  CHECK(holders_of(scratch.path("link")).empty());
}
