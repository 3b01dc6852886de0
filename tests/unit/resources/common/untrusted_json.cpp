// SPDX-License-Identifier: Apache-2.0
// JSON from other sources, with wrong types or very deep nesting. Cases from scripts/fuzz, or made for it.
#include "resources/common/untrusted_json.hpp"

#include "core/paths.hpp"
#include "support/converged.hpp"

namespace agent {

using namespace world;

namespace {

const std::string ready_url = "http://127.0.0.1:18789/readyz";
const std::string config_file = "/home/ubuntu/.openclaw/openclaw.json";

// Half a million nested arrays.
std::string nest() { return std::string(500'000, '[') + std::string(500'000, ']'); }

// The check's drift of the gateway when it answers with this.
std::string gateway_that_says(const std::string& body) {
  Converged world;
  world.host.on_http(ready_url, [&](const FakeHost&, const HttpGet&) -> Result<HttpResponse> {
    return HttpResponse{200, body};
  });
  return only_drift(world, "openclaw/gateway").front();
}

void metadata_is_open(const std::string& listing) {
  Converged world;
  world.host.on_query("nft", [&](const FakeHost&, const Command&) -> Result<Completed> {
    return Completed{0, false, listing, ""};
  });
  CHECK(only_drift(world, "metadata") ==
        Lines{"169.254.169.254: is open to every user, should be root only",
              "fe80::a9fe:a9fe: is open to every user, should be root only"});
}

}  // namespace

TEST_CASE("json: as deep as allowed, and no deeper") {
  const auto nested = [](int depth) {
    return std::string(static_cast<std::size_t>(depth), '[') +
           std::string(static_cast<std::size_t>(depth), ']');
  };
  CHECK_FALSE(parse_json(nested(deepest_json)).is_discarded());
  CHECK(parse_json(nested(deepest_json + 1)).is_discarded());
  CHECK(parse_json(R"({"a": )" + nested(deepest_json) + "}").is_discarded());
  CHECK(parse_json("{").is_discarded());
}

TEST_CASE("json: a field is of its type, or as if it were absent") {
  const auto object = parse_json(R"({"text": "t", "flag": true, "texts": ["a", 1, "b"]})");
  CHECK(text_in(object, "text") == "t");
  CHECK(text_in(object, "flag").empty());
  CHECK(text_in(parse_json("[]"), "text").empty());
  CHECK(flag_in(object, "flag"));
  CHECK_FALSE(flag_in(object, "text"));
  CHECK(texts_in(object, "texts") == Lines{"a", "b"});
  CHECK(texts_in(object, "text").empty());
}

TEST_CASE("gateway: an answer with wrong types means not ready, and ends no run") {
  CHECK(gateway_that_says(R"({"ready":1})") == "/readyz: is not ready: [], should be ready");
  CHECK(gateway_that_says(R"({"ready":"yes","failing":7})") == "/readyz: is not ready: 7, should be ready");
  CHECK(gateway_that_says(R"({"failing":)" + nest() + "}") ==
        "/readyz: is answering HTTP 200 with an unexpected body, should be ready");
}

TEST_CASE("metadata: a listing with wrong types has no rule") {
  metadata_is_open(R"({"nftables":[{"chain":"output"},{"chain":{"hook":1,"type":[]}},{"rule":7},7]})");
  metadata_is_open(R"({"nftables":[{"rule":{"expr":)" + nest() + "}}]}");
}

TEST_CASE("update: an incomplete snapshot is reported as damaged, and not used") {
  for (const char* record :
       {"[]", R"({"version":7})", R"({"version":"2026.9.5","unit":"[Unit]","config":[]})",
        R"({"version":"","unit":"u","config":"c"})"}) {
    Converged world;
    world.host.files.put(paths::update, record, {0600});
    CHECK(failure(world, "openclaw/update") == paths::update + " is damaged: remove it and run again");
    CHECK(world.host.files.find("/opt/openclaw/current")->content == world.profile.openclaw.version);
  }
}

TEST_CASE("config: very deep nesting is refused, the file stays unchanged") {
  Converged world;
  const auto content = R"({"gateway":{"port":)" + nest() + "}}";
  world.host.files.find(config_file)->content = content;
  CHECK(failure(world, "openclaw/config") ==
        "~/.openclaw/openclaw.json is nested more than 100 levels deep: repair it and run again");
  CHECK(world.host.files.find(config_file)->content == content);
}

TEST_CASE("config: a too large number is refused, the file stays unchanged") {
  Converged world;
  world.host.files.find(config_file)->content = R"({"mine":1e999})";
  CHECK(failure(world, "openclaw/config") ==
        "~/.openclaw/openclaw.json holds a number that is too large to be kept: repair it and run again");
  CHECK(world.host.files.find(config_file)->content == R"({"mine":1e999})");
}

TEST_CASE("config: issues with wrong types are ignored, the refusal is not") {
  Converged world;
  world.host.on_run("/usr/local/bin/openclaw", [](FakeHost&, const Command&) -> Result<Completed> {
    return Completed{1, false, R"({"issues":["x",{"path":1,"message":"no"}]})", ""};
  });
  world.host.files.find(config_file)->content = "{}";
  CHECK(failure(world, "openclaw/config") ==
        "openclaw refuses the configuration, so the old one stays: exit 1; : ; : no");
}

}  // namespace agent
