// SPDX-License-Identifier: Apache-2.0
// How an owner's file changes the default profile.
#include <doctest/doctest.h>

#include "profile/load.hpp"
#include "support/repository.hpp"

using namespace agent;
using namespace std::chrono_literals;

namespace {

Profile merged(const std::string& overrides) {
  auto profile = load_profile(repository_file("profiles/default.yaml"), overrides, "mine.yaml");
  REQUIRE_MESSAGE(profile.has_value(), profile.error().message);
  return std::move(*profile);
}

}  // namespace

TEST_CASE("a profile without keys changes nothing") {
  for (const auto* text : {"", "\n", "# only a comment\n", "---\n", "{}\n",
                           "tailscale:\nnode:\n  # version: 1.2.3\n", "---\n# nothing\n...\n"})
    CHECK(merged(text).tailscale.version == merged("").tailscale.version);
}

TEST_CASE("maps merge, lists and values replace") {
  const auto profile = merged(
      "packages: [curl]\n"
      "tailscale:\n"
      "  hostname: \"claw\"\n"
      "  ssh: false\n"
      "  key_expiry_warning: 48h\n"
      "  download: {sha256: {x86_64: " +
      std::string(64, 'a') +
      "}}\n"
      "limits: {download_timeout: 90s}\r\n"
      "keep_unconsumed_secrets: 2d\n");
  CHECK(profile.packages == std::vector<std::string>{"curl"});
  CHECK(profile.tailscale.hostname == "claw");
  CHECK_FALSE(profile.tailscale.ssh);
  CHECK(profile.tailscale.key_expiry_warning == std::chrono::days(2));
  CHECK(profile.tailscale.download.sha256.at("x86_64") == std::string(64, 'a'));
  CHECK(profile.tailscale.download.sha256.at("aarch64") ==
        merged("").tailscale.download.sha256.at("aarch64"));
  CHECK(profile.limits.download_timeout == 90s);
  CHECK(profile.limits.apt_timeout == merged("").limits.apt_timeout);
  CHECK(profile.keep_unconsumed_secrets == 48h);
}

TEST_CASE("another version needs its own hash; the hash of the built-in version is not used for it") {
  const auto defaults = repository_file("profiles/default.yaml");
  const std::string hash(64, 'a');
  const auto refused = load_profile(defaults,
                                    "openclaw:\n  version: 2030.1.1\nnode: {version: 30.0.0}\n"
                                    "tailscale: {version: 1.200.0, download: {sha256: }}\n",
                                    "mine.yaml");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.starts_with("mine.yaml:2:12: openclaw.version: is not 20"));
  for (const auto* part :
       {"mine.yaml:3:17: node.version: is not ", "built in; add this version's hash as node.download.sha256",
        "mine.yaml:4:22: tailscale.version: is not ", "add this version's hash as openclaw.lock.sha256"})
    CHECK_MESSAGE(refused.error().message.find(part) != std::string::npos, refused.error().message);
  // The built-in version, named explicitly: nothing changes.
  const auto built_in = merged("");
  const auto named = merged(fmt::format("node: {{version: {}}}\nopenclaw: {{version: {}}}\n",
                                        built_in.node.version, built_in.openclaw.version));
  CHECK(named.node.download.sha256 == built_in.node.download.sha256);
  CHECK(named.openclaw.lock.url.empty());
  // The hash of one architecture is enough; the other one is then unknown.
  const auto own =
      merged("node: {version: 30.0.0, download: {sha256: {aarch64: " + hash + "}}}\n" +
             "openclaw: {version: 2030.1.1, lock: {url: 'https://a.test/lock', sha256: " + hash + "}}\n");
  CHECK(own.node.download.sha256.at("aarch64") == hash);
  CHECK(own.node.download.sha256.at("x86_64").empty());
  CHECK(own.openclaw.lock.sha256 == hash);
  // A wrong hash is reported once.
  const auto wrong = load_profile(
      defaults, "node: {version: 30.0.0, download: {sha256: {aarch64: nonsense}}}\n", "mine.yaml");
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().message.find('\n') == std::string::npos);
}

TEST_CASE("OpenClaw's lock is a URL with a hash, or the one that is built in") {
  const auto defaults = repository_file("profiles/default.yaml");
  const auto refusal = [&](const std::string& lock) {
    return load_profile(defaults, "openclaw: {lock: {" + lock + "}}\n", "mine.yaml").error().message;
  };
  const std::string url = "url: 'https://a.test/lock'";
  const std::string hash = "sha256: " + std::string(64, 'a');
  CHECK(refusal(url) == "mine.yaml:1:24: openclaw.lock.url: has no hash; add openclaw.lock.sha256");
  CHECK(refusal(hash) ==
        "mine.yaml:1:27: openclaw.lock.sha256: is the hash of no file; add openclaw.lock.url");
  CHECK(merged("openclaw: {lock: {" + url + ", " + hash + "}}\n").openclaw.lock.url == "https://a.test/lock");
}

TEST_CASE("inbound rules: addresses are normalized, and are optional") {
  const auto rules = merged(
                         "ufw:\n"
                         "  allow:\n"
                         "    - {port: 443, protocol: tcp}\n"
                         "    - {port: 51820, protocol: udp, from: 2001:DB8::/32}\n"
                         "    - {port: 22, protocol: tcp, from: 203.0.113.7/32}\n"
                         "    - {port: 22, protocol: tcp, from: 2001:db8:0:0::1}\n")
                         .ufw.allow;
  REQUIRE(rules.size() == 4);
  CHECK(rules[0].port == 443);
  CHECK(rules[0].from.empty());
  CHECK(rules[1].protocol == "udp");
  CHECK(rules[1].from == "2001:db8::/32");
  CHECK(rules[2].from == "203.0.113.7");
  CHECK(rules[3].from == "2001:db8::1");
}

TEST_CASE("http is possible with allow_insecure_urls, wherever it is in the file") {
  CHECK(
      merged("openclaw: {registry: http://registry.test/}\nallow_insecure_urls: true\n").openclaw.registry ==
      "http://registry.test/");
}
