// SPDX-License-Identifier: Apache-2.0
// Error messages for a wrong profile.
#include <doctest/doctest.h>

#include <algorithm>

#include "profile/load.hpp"
#include "support/repository.hpp"

using namespace agent;

namespace {

std::string errors(const std::string& overrides) {
  const auto profile = load_profile(repository_file("profiles/default.yaml"), overrides, "p");
  REQUIRE_FALSE(profile);
  CHECK(profile.error().code == Errc::invalid);
  return profile.error().message;
}

}  // namespace

TEST_CASE("a password in a URL is refused and not repeated") {
  CHECK(errors("openclaw:\n  registry: https://user:hunter22@registry.example/\n") ==
        "p:2:13: openclaw.registry: the URL names a user; a profile must not contain credentials");
}

TEST_CASE("each error names its place, its key, what is wrong and what would be right") {
  const struct {
    std::string text;
    const char* message;
  } cases[] = {
      // keys
      {"usr: x\n", "p:1:1: usr: is not a known key; did you mean user?"},
      {"tailscale:\n  hsotname: x\n",
       "p:2:3: tailscale.hsotname: is not a known key; did you mean hostname?"},
      {"hostname: x\n", "p:1:1: hostname: is not a known key; did you mean hostname inside 'tailscale:'?"},
      {"tailscale.hostname: x\n",
       "p:1:1: tailscale.hostname: is not a known key; did you mean hostname inside 'tailscale:'?"},
      {"node: {zzzzzzzzz: 1}\n",
       "p:1:8: node.zzzzzzzzz: is not a known key; possible keys here: version, download"},
      {"node: {download: {sha256: {riscv64: x}}}\n",
       "p:1:28: node.download.sha256.riscv64: is not a known key; possible keys here: x86_64, aarch64"},
      {"user: a\npackages: []\nuser: b\n", "p:3:1: user: appears twice, first in line 1; keep one"},
      {"gateway: {port: 2000}\ngateway: {port: 2000}\n",
       "p:2:1: gateway: appears twice, first in line 1; keep one"},
      {"<<: {user: a}\n", "p:1:1: <<: is not a known key; possible keys here: "},
      {"\"a\\nb\\e[1m\": 1\n", "p:1:1: a\\x0ab\\x1b[1m: is not a known key; "},
      {"[a, b]: 1\n", "p:1:1: cannot be a key's name; write 'key: value'"},
      {": 1\n", "p:1:1: cannot be a key's name; write 'key: value'"},
      // types
      {"user: [a]\n", "p:1:7: user: is a list; write a single value"},
      {"user: {a: b}\n", "p:1:7: user: is a map; write a single value"},
      {"user:\n", "p:1:1: user: is empty; write a value, or leave the key out"},
      {"user: ~\n", "p:1:1: user: is empty; write a value, or leave the key out"},
      {"user: true\n", "p:1:7: user: \"true\" is a boolean; write a text, or put the word in quotes"},
      {"tailscale: 1.102.3\n", "p:1:12: tailscale: is not a map; write 'key: value' lines"},
      {"- user\n", "p:1:1: is not a map; write 'key: value' lines"},
      {"user\n", "p:1:1: is not a map; write 'key: value' lines"},
      {"packages: curl\n", "p:1:11: packages: is not a list; write its entries in [ ] or after '- '"},
      {"packages:\n", "p:1:1: packages: is empty; write [] for no entries, or leave the key out"},
      {"packages: [curl, [a]]\n", "p:1:18: packages[1]: is a list; write a single value"},
      {"packages: [curl, curl]\n", "p:1:18: packages[1]: \"curl\" appears twice; keep one"},
      {"tailscale: {ssh: yes}\n",
       "p:1:18: tailscale.ssh: \"yes\" is neither true nor false; write one of them, without quotes"},
      {"tailscale: {ssh: 'true'}\n",
       "p:1:18: tailscale.ssh: \"true\" is neither true nor false; write one of them, without quotes"},
      {"gateway: {port: '2000'}\n",
       "p:1:17: gateway.port: \"2000\" is not a number from 1024 to 65535; write its digits alone, without "
       "quotes"},
      // rules
      {"ufw: {allow: [{port: 443}]}\n", "p:1:15: ufw.allow[0].protocol: is missing; add it"},
      {"ufw: {allow: [443]}\n", "p:1:15: ufw.allow[0]: is not a map; write 'key: value' lines"},
      {"ufw: {allow: [{port: 443, protocol: tcp, form: 1.2.3.4}]}\n",
       "p:1:42: ufw.allow[0].form: is not a known key; did you mean from?"},
      {"ufw: {allow: [{port: 443, protocol: icmp}]}\n",
       "p:1:37: ufw.allow[0].protocol: \"icmp\" is not known; write tcp or udp"},
      {"ufw:\n  allow:\n  - {port: 443, protocol: tcp}\n  - {port: 443, protocol: tcp}\n",
       "p:4:5: ufw.allow[1]: appears twice; keep one"},
      // YAML that is refused
      {"user: &a bob\n", "p:1:7: user: is an anchor ('&'); write the value itself, or put quotes around it"},
      {"user: *a\n", "p:1:7: user: is an alias ('*'); write the value itself, or put quotes around it"},
      {"user: !!str bob\n", "p:1:7: user: is a tag ('!'); leave it out, or put quotes around the value"},
      {"user: ! bob\n", "p:1:7: user: is a tag ('!'); leave it out, or put quotes around the value"},
      {"&a user: bob\n", "p:1:1: is an anchor ('&'); write the value itself, or put quotes around it"},
      {"user: !2\n", "p:1:7: user: is a tag ('!'); leave it out, or put quotes around the value"},
      {"packages: ! [curl]\n",
       "p:1:11: packages: is a tag ('!'); leave it out, or put quotes around the value"},
      {"user: bob\n---\nuser: eve\n", "p:2:1: begins a second document; keep one, without '---'"},
      {"user: bob\n---\n", "p:2:1: begins a second document; keep one, without '---'"},
      {"user: a: b\n", "p:1:8: is not YAML (illegal map value); check the indentation"},
      {"packages: [curl\n", "p:2:1: is not YAML (end of sequence flow not found); check the indentation"},
      {"user: \"bob\n", "p:1:7: user: \"bob \" is not a user name;"},
      {"user: \"bob", "is not YAML (illegal EOF in scalar); check the indentation"},
      {"user: [[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]\n",
       "p:1:22: user: is nested more than 16 levels deep; no key needs that"},
      // bytes
      {"user:\tbob\n", "p:1:6: has a tab; use spaces"},
      {"user: b\x1b[31mob\n", "p:1:8: has the control character U+001B; remove it"},
      {"user: \"b\\x1bob\"\n", "p:1:7: user: \"b\\x1bob\" is not a user name;"},
      {"user: bob\rx\n", "p:1:10: has the control character U+000D; remove it"},
      {"user: bob \xc2\x85\n", "p:1:11: has the control character U+0085; remove it"},
      {"user: bob # \xe2\x80\xae\n", "p:1:13: has the invisible character U+202E; remove it"},
      {"user: b\xff\n", "p:1:8: is not UTF-8; save the file as UTF-8"},
      {"user: \xc0\xaf\n", "p:1:7: is not UTF-8; save the file as UTF-8"},
      {"user: \xed\xa0\x80\n", "p:1:7: is not UTF-8; save the file as UTF-8"},
      {"user: \xf0\x9f\x98", "p:1:7: is not UTF-8; save the file as UTF-8"},
      {"\xef\xbb\xbfuser: bob\n", "p:1:1: begins with a byte order mark; save it as UTF-8 without one"},
      {"\xff\xfeu\n", "p:1:1: begins with a byte order mark; save it as UTF-8 without one"},
      // values
      {"tailscale: {control_url: http://x.test}\n",
       "p:1:26: tailscale.control_url: \"http://x.test\" is not encrypted; begin it with https:// "
       "(allow_insecure_urls"},
      {"user: b\xc3\xa4r\n", "p:1:7: user: \"b\\xc3\\xa4r\" is not a user name;"},
  };
  for (const auto& each : cases) {
    CAPTURE(each.text);
    const auto message = errors(each.text);
    CHECK_MESSAGE(message.find(each.message) != std::string::npos, message);
    CHECK(std::count(message.begin(), message.end(), '\n') == 0);  // one mistake gives one error
    CHECK(std::all_of(message.begin(), message.end(), [](char c) { return c >= ' ' && c <= '~'; }));
  }
}

TEST_CASE("quotes from the YAML parser are made safe like all other texts") {
  CHECK(errors("user: \"\\\xc3\xa9\"\n")
            .starts_with("p:1:10: is not YAML (unknown escape character: \\xc3); check"));
  CHECK(errors("%YAML \xc3\xa9\n---\nuser: x\n")
            .starts_with("p:1:1: is not YAML (bad YAML version: \\xc3\\xa9); check"));
}

TEST_CASE("NUL bytes are refused with their position") {
  CHECK(errors(std::string("user: bob\nnode:\0\n", 16)) ==
        "p:2:6: has the control character U+0000; remove it");
}

TEST_CASE("all errors of a file are said at once, by line") {
  const auto message = errors(
      "tailscale:\n"
      "  hostname: Claw\n"
      "  ssh: maybe\n"
      "  control_url: ftp://x\n"
      "  version: v1.2.3\n"
      "  version: 1.2.3\n"
      "  download:\n"
      "    sha256: {x86_64: ABC, amd64: 1}\n"
      "user: &u Bob\n"
      "packages: [a, 'x y', curl-]\n"
      "gateway: {port: 80, ready_timeout: 3}\n"
      "ufw: {allow: [{port: 0, protocol: sctp, from: 10.0.0.1/8}]}\n"
      "keep_unconsumed_secrets: 90m\n"
      "colour: blue\n");
  int line = 0;
  std::size_t count = 0;
  for (std::size_t begin = 0; begin < message.size(); ++count) {
    const auto end = std::min(message.find('\n', begin), message.size());
    const auto text = message.substr(begin, end - begin);
    REQUIRE(text.rfind("p:", 0) == 0);
    const auto number = std::stoi(text.substr(2));
    CHECK(number >= line);
    line = number;
    begin = end + 1;
  }
  CHECK_MESSAGE(count == 18, message);
  CHECK(line == 14);
}

TEST_CASE("very many errors are cut short, and counted") {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += fmt::format("k{}: 1\n", i);
  const auto message = errors(text);
  CHECK(std::count(message.begin(), message.end(), '\n') == 100);
  CHECK(message.find("\np: 900 more problems are not shown") != std::string::npos);
}
