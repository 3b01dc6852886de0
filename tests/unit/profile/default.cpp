// SPDX-License-Identifier: Apache-2.0
// The default profile, the table of keys and docs/PROFILE.md must agree.
#include <doctest/doctest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>

#include "embedded.hpp"
#include "profile/load.hpp"
#include "profile/schema.hpp"
#include "profile/yaml/parse.hpp"
#include "support/repository.hpp"

using namespace agent;
using namespace agent::parsing;
using namespace std::chrono_literals;

namespace {

std::set<std::string> paths(const std::vector<Key>& keys, const std::string& prefix = "") {
  std::set<std::string> out;
  for (const auto& key : keys) out.insert(prefix + key.path);
  return out;
}

std::set<std::string> profile_paths() {
  Profile profile;
  return paths(profile_keys(profile));
}

std::set<std::string> required_paths() {
  Profile profile;
  auto keys = profile_keys(profile);
  std::erase_if(keys, [](const Key& key) { return !key.required; });
  return paths(keys);
}

void collect(const Node& node, const std::string& path, std::set<std::string>& out) {
  if (node.kind != Node::Kind::map) {
    out.insert(path);
    return;
  }
  for (const auto& child : node.children)
    collect(child, path.empty() ? child.name : path + "." + child.name, out);
}

}  // namespace

TEST_CASE("the default profile is valid, and its values arrive") {
  const auto profile = load_profile(repository_file("profiles/default.yaml"), "", "none");
  REQUIRE_MESSAGE(profile.has_value(), profile.error().message);
  CHECK(profile->user == "ubuntu");
  CHECK(std::count(profile->packages.begin(), profile->packages.end(), "nftables") == 1);
  CHECK_FALSE(profile->allow_insecure_urls);
  CHECK(profile->tailscale.download.sha256.size() == 2);
  CHECK(profile->tailscale.download.sha256.at("aarch64").size() == 64);
  CHECK(profile->tailscale.join_timeout == 60s);
  CHECK(profile->tailscale.key_expiry_warning == std::chrono::days(14));
  CHECK(profile->ufw.allow.empty());
  CHECK(profile->gateway.port == 18789);
  CHECK(profile->limits.download_mib == 512);
  CHECK_FALSE(profile->reconcile_timer);
  CHECK(profile->retry_for == std::chrono::hours(24));
  CHECK(profile->keep_unconsumed_secrets == 24h);
}

TEST_CASE("the lock that is built in is this repository's, and is for the default profile's version") {
  const auto profile = load_profile(repository_file("profiles/default.yaml"), "", "none");
  REQUIRE(profile);
  CHECK(profile->openclaw.lock.url.empty());
  const auto built_in = nlohmann::json::parse(embedded::package_lock_json);
  CHECK(built_in == nlohmann::json::parse(repository_file("profiles/openclaw/package-lock.json")));
  CHECK(built_in.at("packages").at("").at("dependencies").at("openclaw") == profile->openclaw.version);
  CHECK(built_in.at("packages").size() > 100);
}

TEST_CASE("the default profile has every required key of the table, and no other") {
  Problems problems("default.yaml", Quoting::allowed);
  const auto root = parse_yaml(repository_file("profiles/default.yaml"), problems);
  REQUIRE(root);
  std::set<std::string> found;
  collect(*root, "", found);
  CHECK(found == required_paths());
}

TEST_CASE("the default profile comments every key, or the map it is in") {
  const auto text = repository_file("profiles/default.yaml");
  std::vector<std::string> lines;
  for (std::size_t begin = 0, end = 0; (end = text.find('\n', begin)) != std::string::npos; begin = end + 1)
    lines.push_back(text.substr(begin, end - begin));
  for (const auto* key : {"user:", "packages:", "allow_insecure_urls:", "keep_unconsumed_secrets:",
                          "  control_url:", "  hostname:"}) {
    const auto line = std::find_if(lines.begin(), lines.end(),
                                   [&](const std::string& each) { return each.rfind(key, 0) == 0; });
    REQUIRE(line != lines.end());
    CHECK_MESSAGE((line - 1)->find('#') != std::string::npos, key);
  }
}

TEST_CASE(
    "docs/PROFILE.md has a row for every key of a profile, of a rule and of the secrets file, and no other") {
  auto expected = profile_paths();
  InboundRule rule;
  Secrets secrets;
  expected.merge(paths(inbound_rule_keys(rule), "ufw.allow[]."));
  expected.merge(paths(secret_keys(secrets)));

  const auto text = repository_file("docs/PROFILE.md");
  std::set<std::string> found;
  const std::string row = "\n| `";
  for (auto at = text.find(row); at != std::string::npos; at = text.find(row, at + 1)) {
    const auto begin = at + row.size();
    found.insert(text.substr(begin, text.find('`', begin) - begin));
  }
  CHECK(found == expected);
}

TEST_CASE("the example of an inbound rule in the default profile is a valid one") {
  const auto text = repository_file("profiles/default.yaml");
  const std::string marker = "#   allow: ";
  const auto begin = text.find(marker);
  REQUIRE(begin != std::string::npos);
  const auto example = text.substr(begin + marker.size(), text.find('\n', begin) - begin - marker.size());
  const auto profile = load_profile(text, "ufw:\n  allow: " + example + "\n", "example");
  REQUIRE_MESSAGE(profile.has_value(), profile.error().message);
  REQUIRE(profile->ufw.allow.size() == 1);
  CHECK(profile->ufw.allow[0].from == "203.0.113.0/24");
}

TEST_CASE("the default profile must be complete, and must use https") {
  const auto partial = load_profile("user: ubuntu\n", "", "mine");
  REQUIRE_FALSE(partial);
  CHECK(partial.error().message.find("default profile:1:1: node.version: is missing; add it") !=
        std::string::npos);

  auto text = repository_file("profiles/default.yaml");
  const std::string safe = "allow_insecure_urls: false";
  const auto at = text.find(safe);
  REQUIRE(at != std::string::npos);
  const auto insecure = load_profile(text.replace(at, safe.size(), "allow_insecure_urls: true"), "", "mine");
  REQUIRE_FALSE(insecure);
  CHECK(insecure.error().message ==
        "default profile: allow_insecure_urls: is true in the built-in profile; only an owner's own profile "
        "may set it");
}
