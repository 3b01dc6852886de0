// SPDX-License-Identifier: Apache-2.0
// --install on the fake host: which binaries may replace the agent, and that a refused one changes nothing.
#include "commands/install/release.hpp"

#include <doctest/doctest.h>

#include "core/paths.hpp"
#include "support/fake_host.hpp"
#include "support/signed_files.hpp"

using namespace agent;
namespace files = agent::signed_files;

namespace {

SigningKey key() { return parse_signing_key(files::key).value(); }

std::string refusal(const std::string& content, const std::string& signature, bool allow_downgrade = false) {
  FakeHost host;
  const auto version = check_release(host, {"new", content, signature}, key(), allow_downgrade);
  CHECK(host.mutations() == 0);
  return version ? "accepted: " + *version : version.error().message;
}

std::string agent_on(const FakeHost& host) { return host.read_file(paths::agent, 1U << 20U).value(); }
std::string kept_on(const FakeHost& host) { return host.read_file(paths::previous_agent, 1U << 20U).value(); }

}  // namespace

TEST_CASE("install: a newer binary for this machine is accepted, with its version") {
  CHECK(refusal(files::x86_64, files::newer) == "accepted: 99.0.0");
  CHECK(refusal(files::x86_64, files::later_words) == "accepted: 99.0.0");
  FakeHost arm;
  arm.machine = "aarch64";
  CHECK(check_release(arm, {"new", files::aarch64, files::for_arm}, key(), false).value() == "99.0.0");
}

TEST_CASE("install: an older one only when asked for") {
  CHECK(refusal(files::x86_64, files::older).starts_with("new: 0.0.1 is older than this agent, "));
  CHECK(refusal(files::x86_64, files::older, true) == "accepted: 0.0.1");
}

TEST_CASE("install: a good signature is not enough") {
  CHECK(refusal(files::aarch64, files::for_arm) == "new: for aarch64; this machine is x86_64");
  CHECK(refusal(files::aarch64, files::mislabelled) == "new: signed, but not a program (ELF) for x86_64");
  CHECK(refusal(files::script, files::script_signature) == "new: signed, but not a program (ELF) for x86_64");
  for (const auto& signature : {files::sums, files::versionless, files::twice})
    CHECK_MESSAGE(
        refusal(files::x86_64, signature).find("does not name bootstrap-agent") != std::string::npos,
        signature);
}

TEST_CASE("install: a label without a good signature is not enough either") {
  for (const bool allow_downgrade : {false, true}) {
    CHECK(refusal(files::x86_64 + "x", files::newer, allow_downgrade).starts_with("new: altered: "));
    CHECK(refusal(files::x86_64, files::by_other, allow_downgrade)
              .starts_with("new: signed by key " + files::other_key_id));
    CHECK(refusal(files::x86_64, "", allow_downgrade)
              .starts_with("new: its signature is not a minisign signature"));
  }
}

TEST_CASE("install: the agent is replaced, and the one before it kept, whatever runs it") {
  FakeHost host;
  host.files.put(paths::agent, "old");
  REQUIRE(replace_agent(host, "new").value());
  CHECK(agent_on(host) == "new");
  CHECK(kept_on(host) == "old");
  for (const auto& path : {paths::agent, paths::previous_agent}) {
    const auto info = host.stat(path).value().value();
    CHECK(info.mode == 0755);
    CHECK(info.uid == 0);
  }
}

TEST_CASE("install: the same again writes nothing, and keeps what is kept") {
  FakeHost host;
  host.files.put(paths::agent, "old");
  REQUIRE(replace_agent(host, "new").value());
  host.forget_changes();
  CHECK_FALSE(replace_agent(host, "new").value());
  CHECK(host.mutations() == 0);
  CHECK(kept_on(host) == "old");
}

TEST_CASE("install: where there was no agent there is one, and nothing to keep") {
  FakeHost host;
  host.files.put("/usr/local/sbin/.keep", "");
  REQUIRE(replace_agent(host, "new").value());
  CHECK(host.changes() == std::vector<std::string>{"write_file " + paths::agent});
}

TEST_CASE("install: interrupted at any change, there is a complete agent, and the next try finishes it") {
  for (std::size_t n = 1; n <= 2; ++n)
    for (const auto when : {FakeHost::When::before, FakeHost::When::after}) {
      FakeHost host;
      host.files.put(paths::agent, "old");
      host.kill_at(n, when);
      CHECK_THROWS_AS(static_cast<void>(replace_agent(host, "new")), Killed);
      host.revive();
      const bool done = n == 2 && when == FakeHost::When::after;
      CHECK(agent_on(host) == (done ? "new" : "old"));
      CHECK(replace_agent(host, "new").value() != done);
      CHECK(agent_on(host) == "new");
      CHECK(kept_on(host) == "old");
    }
}

TEST_CASE("install: a change that fails leaves the agent as it was") {
  for (std::size_t n = 1; n <= 2; ++n) {
    FakeHost host;
    host.files.put(paths::agent, "old");
    host.fail_at(n);
    CHECK_FALSE(replace_agent(host, "new").has_value());
    CHECK(agent_on(host) == "old");
  }
}
