// SPDX-License-Identifier: Apache-2.0
// openclaw/env and openclaw/config: what is written in the home, and which of the owner's contents stay
#include "support/converged.hpp"

namespace agent {

using namespace world;

namespace {

const std::string env_file = "/home/ubuntu/.openclaw/.env";
const std::string config_file = "/home/ubuntu/.openclaw/openclaw.json";

Node& file(World& world, const std::string& path) { return *world.host.files.find(path); }

void replace(std::string& text, std::string_view what, std::string_view with) {
  REQUIRE(text.find(what) != std::string::npos);
  text.replace(text.find(what), what.size(), with);
}

}  // namespace

TEST_CASE("env: a token that is given replaces the old one, the owner's own lines stay") {
  Converged world;
  file(world, env_file).content =
      "# mine\nOTHER_KEY=1\n  export ANTHROPIC_OAUTH_TOKEN = \"old\"\nOPENCLAW_GATEWAY_TOKEN=old1\nLAST=2";
  world.hand_over(all_secrets());
  repairs(world);
  CHECK(file(world, env_file).content ==
        "# mine\nOTHER_KEY=1\nLAST=2\nOPENCLAW_GATEWAY_TOKEN=" + gateway_token +
            "\nANTHROPIC_OAUTH_TOKEN=" + anthropic_token + "\n");
  CHECK(file(world, env_file).mode == 0600);
}

TEST_CASE("env: only the line whose value is wrong is written") {
  Converged world;
  const auto gateway_line = "OPENCLAW_GATEWAY_TOKEN='" + gateway_token + "'\n";
  file(world, env_file).content = gateway_line + "ANTHROPIC_OAUTH_TOKEN=old\n";
  world.hand_over(all_secrets());
  repairs(world);
  CHECK(file(world, env_file).content == gateway_line + "ANTHROPIC_OAUTH_TOKEN=" + anthropic_token + "\n");
}

TEST_CASE("env: no secret given, none is changed, however it is written") {
  Converged world;
  file(world, env_file).content = "export OPENCLAW_GATEWAY_TOKEN='abc def'\nANTHROPIC_OAUTH_TOKEN: x\n";
  CHECK(world.check().exit_code() == 0);
}

TEST_CASE("env: readable by others, or its directory: drift, and repaired") {
  Converged world;
  file(world, env_file).mode = 0644;
  CHECK(only_drift(world, "openclaw/env") == Lines{"mode: is 0644, should be 0600"});
  repairs(world);
  file(world, "/home/ubuntu/.openclaw").mode = 0755;
  CHECK(only_drift(world, "openclaw/env") == Lines{"~/.openclaw: is 0755, should be 0700"});
  repairs(world);
}

TEST_CASE(
    "env: without the file, the gateway gets a new token of 256 bits, and the missing Claude token is a "
    "note") {
  Converged world;
  world.host.files.erase(env_file);
  const auto seen = world.check();
  CHECK(drifts(seen, "openclaw/env") ==
        Lines{"OPENCLAW_GATEWAY_TOKEN: is absent, should be made from the kernel's randomness"});
  repairs(world);
  CHECK(file(world, env_file).content.size() == std::string("OPENCLAW_GATEWAY_TOKEN=\n").size() + 64);
  CHECK(
      find(world.check(), "openclaw/env").notes ==
      Lines{"no Claude token yet: the gateway runs, but its agents cannot; provide one with `bootstrap-agent "
            "--reconcile --secrets -` "
            "(key anthropic_token)"});
}

TEST_CASE(
    "env: a value that the seal overwrote, in a copy that was put back, is no secret and is not searched "
    "for") {
  Converged world;
  file(world, env_file).content =
      "OPENCLAW_GATEWAY_TOKEN=" + std::string(64, 'x') + "\nANTHROPIC_OAUTH_TOKEN=\"xxxxxxxx\"\n";
  world.host.files.put("/var/log/others.log", "sealed: xxxxxxxxxxxxxxxx\n");
  const auto seen = world.check();
  CHECK(only_drift(world, "openclaw/env") ==
        Lines{"OPENCLAW_GATEWAY_TOKEN: is absent, should be made from the kernel's randomness"});
  CHECK(find(seen, "openclaw/env").notes.size() == 1);
  repairs(world);
  CHECK(file(world, env_file).content.find("\nOPENCLAW_GATEWAY_TOKEN=x") == std::string::npos);
}

TEST_CASE("env: no drift shows a value") {
  Converged world;
  file(world, env_file).content = "OPENCLAW_GATEWAY_TOKEN=\nANTHROPIC_OAUTH_TOKEN=another-one\n";
  world.hand_over(all_secrets());
  const auto report = world.enforce();
  CHECK(drifts(report, "openclaw/env") ==
        Lines{"OPENCLAW_GATEWAY_TOKEN: is absent, should be the value that was given",
              "ANTHROPIC_OAUTH_TOKEN: is another value, should be the value that was given"});
}

TEST_CASE("config: keys of ours that were changed are drift; what else is there stays, in its order") {
  Converged world;
  auto& text = file(world, config_file).content;
  replace(text, "\"bind\": \"loopback\"", "\"bind\": \"lan\"");
  replace(text, "\"gateway\": {",
          "\"zebra\": [1, {\"b\": 1, \"a\": 2}],\n  \"channels\": {\"telegram\": {}},\n  \"gateway\": {");
  CHECK(only_drift(world, "openclaw/config") == Lines{R"(/gateway/bind: is "lan", should be "loopback")"});
  repairs(world);
  const auto& after = file(world, config_file).content;
  CHECK(after.find("\"zebra\"") < after.find("\"channels\""));
  CHECK(after.find("\"b\": 1") < after.find("\"a\": 2"));
  CHECK(after.find("lastTouchedAt") != std::string::npos);
}

TEST_CASE("config: the order of an object's keys is no drift") {
  Converged world;
  auto& text = file(world, config_file).content;
  const auto source = text.find("\"source\": \"env\",");
  REQUIRE(source != std::string::npos);
  text.erase(source, 16);
  replace(text, "\"id\": \"OPENCLAW_GATEWAY_TOKEN\"",
          "\"id\": \"OPENCLAW_GATEWAY_TOKEN\", \"source\": \"env\"");
  CHECK(world.check().exit_code() == 0);
}

TEST_CASE("config: a model that the owner chose stays, one that is missing is set") {
  Converged world;
  auto& text = file(world, config_file).content;
  replace(text, "anthropic/claude-opus-5", "other/model");
  CHECK(world.check().exit_code() == 0);
  replace(text, "\"primary\"", "\"secondary\"");
  CHECK(only_drift(world, "openclaw/config") ==
        Lines{R"(/agents/defaults/model/primary: is absent, should be "anthropic/claude-opus-5")"});
  repairs(world);
}

TEST_CASE("config: a file that is not strict JSON is refused as it is, with the byte and a way out") {
  Converged world;
  const std::string json5 = "{ // mine\n gateway: {} }";
  file(world, config_file).content = json5;
  CHECK(failure(world, "openclaw/config") ==
        "~/.openclaw/openclaw.json is not strict JSON (at byte 3), and rewriting it would lose its comments: "
        "run `openclaw config "
        "set gateway.port 18789` as its user once, which rewrites it strictly, then run again");
  CHECK(file(world, config_file).content == json5);
  world.profile.gateway.port = 4242;
  CHECK(failure(world, "openclaw/config").find("`openclaw config set gateway.port 4242`") !=
        std::string::npos);
}

TEST_CASE("config: another value where an object belongs is refused, not overwritten") {
  for (const std::string odd :
       {R"({"gateway": 3})", R"({"gateway": {"auth": []}})", R"({"gateway": "loopback"})"}) {
    CAPTURE(odd);
    Converged world;
    file(world, config_file).content = odd;
    CHECK(failure(world, "openclaw/config")
              .starts_with("~/.openclaw/openclaw.json has another value where an object belongs ("));
    CHECK(file(world, config_file).content == odd);
  }
  Converged world;
  file(world, config_file).content = "[]";
  CHECK(failure(world, "openclaw/config") ==
        "~/.openclaw/openclaw.json is not an object: move it away and run again");
}

TEST_CASE("config: what openclaw itself refuses never takes the place of what works") {
  Converged world;
  auto& text = file(world, config_file).content;
  replace(text, "loopback", "lan");
  const auto before = text;
  world.openclaw.config_issue = "expected a number";
  CHECK(failure(world, "openclaw/config") ==
        "openclaw refuses the configuration, so the old one stays: exit 1; gateway.port: expected a number");
  CHECK(file(world, config_file).content == before);
  CHECK(world.host.files.find("/home/ubuntu/.openclaw/.openclaw.json.bootstrap-agent") == nullptr);
}

TEST_CASE("config: the token's value is not in it, and it is the owner's alone") {
  Converged world;
  CHECK(file(world, config_file).content.find(gateway_token) == std::string::npos);
  file(world, config_file).mode = 0644;
  CHECK(only_drift(world, "openclaw/config") == Lines{"mode: is 0644, should be 0600"});
  repairs(world);
}

TEST_CASE("config: a token that was written into it is in no report") {
  Converged world;
  file(world, config_file).content = R"({"gateway":{"auth":{"token":"a-token-of-the-owners-own"}}})";
  const auto all = fmt::format("{}", fmt::join(drifts(world.check(), "openclaw/config"), "\n"));
  CHECK(all.find("/gateway/auth/token: is another value, should be {") != std::string::npos);
  CHECK(all.find("owners-own") == std::string::npos);
  repairs(world);
}

TEST_CASE("nvm: an owner's real one stays") {
  Converged world;
  file(world, "/home/ubuntu/.nvm/nvm.sh").content = "# the real nvm\n";
  CHECK(world.check().exit_code() == 0);
  world.host.files.erase("/home/ubuntu/.nvm");
  CHECK(only_drift(world, "node/nvm-shim") == Lines{"~/.nvm/nvm.sh: is absent, should be present"});
  repairs(world);
}

}  // namespace agent
