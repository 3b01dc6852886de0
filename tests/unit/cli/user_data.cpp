// SPDX-License-Identifier: Apache-2.0
#include "cli/user_data.hpp"

#include <doctest/doctest.h>

using namespace agent;

namespace {

const std::string one = std::string(64, '1');
const std::string two = std::string(64, '2');
const std::string url =
    "https://github.com/owner/bootstrap-agent/releases/download/v1.2.3/bootstrap-agent-{arch}";

std::string said(const Result<AgentSource>& source) {
  if (source) return "accepted";
  CHECK(source.error().code == Errc::invalid);
  return source.error().message;
}

Result<std::string> rendered(const std::string& profile, const std::string& secrets) {
  const auto sums = one + "  bootstrap-agent-x86_64\n" + two + "  bootstrap-agent-aarch64\n";
  return render_user_data({AgentSource::in_sums(url, sums, "SHA256SUMS").value(), profile, secrets});
}

std::string refusal(const std::string& profile, const std::string& secrets) {
  const auto script = rendered(profile, secrets);
  if (script) return "accepted";
  CHECK(script.error().code == Errc::invalid);
  return script.error().message;
}

using Hashes = std::map<std::string, std::string>;

}  // namespace

TEST_CASE("agent source: one file with its hash") {
  const auto source = AgentSource::pinned("https://mirror.example.com/agent?v=1", one);
  REQUIRE_MESSAGE(source, source.error().message);
  CHECK(source->url() == "https://mirror.example.com/agent?v=1");
  CHECK(source->sha256() == Hashes{{"", one}});
}

TEST_CASE("agent source: hashes by the name of the file") {
  const auto sums = two + " *bootstrap-agent-aarch64\n" + std::string(64, '3') +
                    "  bootstrap-agent-x86_64.debug\n" + one + "  bootstrap-agent-x86_64\n";
  CHECK(AgentSource::in_sums(url, sums, "S")->sha256() == Hashes{{"x86_64", one}, {"aarch64", two}});
  CHECK(AgentSource::in_sums(url + "?{arch}", one + "  bootstrap-agent-x86_64", "S")->sha256() ==
        Hashes{{"x86_64", one}});
  CHECK(AgentSource::in_sums("https://h/a/b", one + "  b\n" + two + "  a/b\n", "S")->sha256() ==
        Hashes{{"", one}});
}

TEST_CASE("agent source: what is wrong is said, all at once") {
  CHECK(said(AgentSource::pinned("ftp://h/agent", "1")) ==
        "--agent-url: is not an https URL; begin it with https://\n"
        "--agent-sha256: has 1 digits; a SHA-256 hash has 64 hex digits");
  for (const char* wrong : {"http://h/agent", "https://h/a'b", "https://h/a b", "https://h/a\"b",
                            "https://h/a\\b", "https://h/a`b`", "https://h/a\nb", "https://u:p@h/a",
                            "https://h/a#b", "https://h/{version}", "https:///a", "https://h/\xC3\xBC"})
    CHECK_MESSAGE(said(AgentSource::pinned(wrong, one)).starts_with("--agent-url: "), wrong);
  CHECK(said(AgentSource::pinned(url, one)) ==
        "--agent-sha256: is one hash, but {arch} stands for several files; give --sums");
  CHECK(said(AgentSource::in_sums("http://h/agent", "", "S")).starts_with("--agent-url: is not encrypted; "));
  for (const char* wrong : {"https://h", "https://h/", "https://h/a/", "https://h/?a/b"})
    CHECK(said(AgentSource::in_sums(wrong, one + "  b\n", "S")) ==
          "--agent-url: names no file; end its path with the file that the sums list");
  CHECK(said(AgentSource::in_sums("https://h/{arch}/agent", one + "  agent\n", "S")) ==
        "--agent-url: has {arch}, but not in the file's name, which the sums list; put {arch} there");
}

TEST_CASE("agent source: what is wrong with the sums is said by line") {
  const std::string none =
      "S: does not list bootstrap-agent-{arch}; make it with sha256sum in the file's directory";
  CHECK(said(AgentSource::in_sums(url, "", "S")) == none);
  CHECK(said(AgentSource::in_sums(
            url, one + "  bootstrap-agent-riscv64\n\n" + one + "\n" + one + " bootstrap-agent-x86_64\n",
            "S")) == none);
  CHECK(said(AgentSource::in_sums(
            url,
            "\n" + one + "0  bootstrap-agent-x86_64\n" + std::string(64, 'A') + "  bootstrap-agent-aarch64\n",
            "S")) ==
        "S:2:1: bootstrap-agent-x86_64: has 65 digits; a SHA-256 hash has 64 hex digits\n"
        "S:3:1: bootstrap-agent-aarch64: has upper-case digits; write the hash in lower case");
  CHECK(said(AgentSource::in_sums(
            url, one + "  bootstrap-agent-x86_64\n" + two + "  bootstrap-agent-x86_64\n", "S")) ==
        "S:2:1: bootstrap-agent-x86_64: appears twice; keep one");
}

TEST_CASE("user-data: small without what the owner adds, and nothing of it for what is not given") {
  const auto bare = rendered("", "").value();
  CHECK(bare.size() <= 2048);
  CHECK(bare.ends_with("exec $agent --first-boot >/dev/null\n"));
  CHECK(bare.find(".yaml") == std::string::npos);
  const std::string profile(1000, '#');
  const std::string secrets = "gateway_token: 'x'\n";
  const auto full = rendered(profile, secrets).value();
  CHECK(full.size() - profile.size() - secrets.size() <= 2048);
  CHECK(full.ends_with(
      "exec $agent --first-boot --profile $dir/profile.yaml --secrets $dir/secrets.yaml >/dev/null\n"));
  CHECK(
      rendered("", secrets)->ends_with("exec $agent --first-boot --secrets $dir/secrets.yaml >/dev/null\n"));
}

TEST_CASE("user-data: a limit, up to its last byte") {
  const auto rest = largest_user_data - rendered("x\n", "")->size();
  CHECK(rendered(std::string(rest, '#') + "x\n", "")->size() == largest_user_data);
  CHECK(refusal(std::string(rest + 1, '#') + "x\n", "") ==
        "the user-data would have 32769 bytes, but Hetzner accepts 32768; shorten the profile");
}

TEST_CASE("user-data: what a shell or cloud-init would take for something else is refused") {
  CHECK(refusal(std::string("a\0b", 3), "") ==
        "profile or secrets contain a NUL byte, which a shell cannot read; remove it");
  CHECK(refusal("", std::string("a\0b", 3)) == refusal(std::string("a\0b", 3), ""));
  const std::string mail =
      "profile or secrets contain \"MIME-Version:\", so cloud-init would read the user-data as mail; write "
      "it differently";
  CHECK(refusal("# Mime-VERSION: 1.0\n", "") == mail);
  CHECK(refusal("", "MIME-version:") == mail);
  CHECK(refusal(std::string(4096, '#') + "\nMIME-Version: 1.0\n", "") == "accepted");
  std::string every = "END\n";
  for (char first = 'A'; first <= 'Z'; ++first) every += first + std::string("\xC3\xBC\n");
  CHECK(
      refusal(every, "") ==
      "profile has a line for every mark that could end it (END, A-END to Z-END); remove one of these lines");
}
