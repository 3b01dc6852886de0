// SPDX-License-Identifier: Apache-2.0
// The real host's deadline, its log, and its questions to the kernel.
#include "platform/real_host.hpp"

#include <doctest/doctest.h>
#include <unistd.h>

#include "secrets/redact.hpp"
#include "support/scratch.hpp"

namespace agent {
namespace {

Command shell(const std::string& script) {
  Command command;
  command.argv = {"sh", "-c", script};
  return command;
}

}  // namespace

TEST_CASE("real host: every change and every line of a program with log_output is logged, redacted") {
  const Scratch scratch;
  std::vector<std::string> lines;
  std::vector<std::string> shown;
  RealHost::Options options;
  options.log_line = [&](std::string_view line) { lines.emplace_back(line); };
  options.progress = [&](std::string_view line) { shown.emplace_back(line); };
  RealHost host(std::move(options));
  register_secret("hunter2-hunter2");
  const auto file = scratch.path("file");
  CHECK(host.write_file(file, "", {0644, ::geteuid(), ::getegid()}));
  auto talk = shell("echo one; echo hunter2-hunter2 >&2");
  talk.log_output = true;
  CHECK(host.run(talk));
  host.progress("a hunter2-hunter2 line");
  CHECK(lines == std::vector<std::string>{"write_file " + file, "run sh", "one", "[redacted]"});
  CHECK(shown == std::vector<std::string>{"a [redacted] line"});
  CHECK(host.mutations() == 2);
}

TEST_CASE("real host: after the deadline nothing begins, and a running program is ended") {
  const Scratch scratch;
  RealHost host({});
  const auto start = host.now();
  host.set_deadline(start + Milliseconds(200));
  const auto cut = host.run(shell("echo begun; tail -f /dev/null"));
  REQUIRE(cut);
  CHECK(cut->timed_out);
  CHECK(cut->out == "begun\n");
  CHECK(host.now() - start < Milliseconds(10'000));

  host.set_deadline(host.now());
  const auto file = scratch.path("file");
  const auto late = host.write_file(file, "", {});
  REQUIRE_FALSE(late);
  CHECK(late.error().code == Errc::timed_out);
  CHECK(late.error().message == "write_file " + file + ": the deadline of the whole run has passed");
  CHECK_FALSE(host.stat(file).value().has_value());
  const auto look = host.query(Query::serve_status());
  REQUIRE_FALSE(look);
  CHECK(look.error().code == Errc::timed_out);

  std::ofstream(file) << "secret";
  CHECK(host.wipe_file(file));  // destroying a file is allowed at any time
  CHECK_FALSE(host.stat(file).value().has_value());
  host.allow_at_least(Milliseconds(60'000));
  CHECK(host.write_file(file, "", {}));
  host.set_deadline(TimePoint::max());
  CHECK(host.run(shell("true")));
  host.allow_at_least(Milliseconds(60'000));
  CHECK(host.deadline() == TimePoint::max());
}

TEST_CASE("real host: what the kernel says") {
  RealHost host({});
  const auto architecture = host.architecture();
  CHECK((architecture == "x86_64" || architecture == "aarch64"));
  if (::geteuid() != 0) {
    MESSAGE("skipped in part: only root can try what another user may");
    return;
  }
  const auto nobody = host.find_user("nobody").value();
  REQUIRE(nobody);
  const auto may = host.can_unshare(*nobody);
  REQUIRE(may);
  MESSAGE("user namespaces: ", *may);
}

}  // namespace agent
