// SPDX-License-Identifier: Apache-2.0
// The output of --format json must match docs/report.schema.json.
#include <doctest/doctest.h>
#include <regex.h>

#include <nlohmann/json.hpp>

#include "report/json.hpp"
#include "support/repository.hpp"
#include "support/world.hpp"

namespace agent {
namespace {

// regcomp(3): its extended expressions are enough for the schema. With std::regex, GCC prints warnings under
// ASan.
bool matches(const std::string& text, const std::string& pattern) {
  regex_t compiled;
  REQUIRE(regcomp(&compiled, pattern.c_str(), REG_EXTENDED | REG_NOSUB) == 0);
  const bool found = regexec(&compiled, text.c_str(), 0, nullptr, 0) == 0;
  regfree(&compiled);
  return found;
}

using nlohmann::json;

// The part of JSON Schema (draft 2020-12) that our schema uses. Any other keyword is an error, because it
// would not be checked.
class Schema {
 public:
  explicit Schema(json root) : root_(std::move(root)) {}

  // The errors of a document, by path; empty: none.
  [[nodiscard]] std::string problems(const json& document) const {
    std::string out;
    look(document, root_, "$", out);
    return out;
  }

 private:
  void look(const json& value, const json& schema, const std::string& path, std::string& out) const {
    const auto wrong = [&](const std::string& what) { out += path + ": " + what + "\n"; };
    for (const auto& [keyword, rule] : schema.items()) {
      if (keyword == "$ref")
        look(value, root_.at(json::json_pointer(rule.get<std::string>().substr(1))), path, out);
      else if (keyword == "type" && !is(value, rule))
        wrong("is no " + rule.get<std::string>());
      else if (keyword == "const" && value != rule)
        wrong("is not " + rule.dump());
      else if (keyword == "enum" && std::find(rule.begin(), rule.end(), value) == rule.end())
        wrong("is none of " + rule.dump());
      else if (keyword == "minimum" && value < rule)
        wrong("is less than " + rule.dump());
      else if (keyword == "pattern" && !matches(value.get<std::string>(), rule.get<std::string>()))
        wrong("is not like " + rule.dump());
      else if (keyword == "required")
        for (const auto& name : rule)
          if (!value.contains(name)) wrong("lacks " + name.get<std::string>());
      if (keyword == "items")
        for (std::size_t i = 0; i < value.size(); ++i)
          look(value[i], rule, fmt::format("{}[{}]", path, i), out);
      if (!known(keyword)) wrong("the schema's keyword " + keyword + " is not checked here");
    }
    if (value.is_object()) members(value, schema, path, out);
  }

  void members(const json& value, const json& schema, const std::string& path, std::string& out) const {
    const auto listed = schema.value("properties", json::object());
    const auto other = schema.value("additionalProperties", json(true));
    for (const auto& [name, member] : value.items()) {
      const auto inside = path + "." + name;
      if (listed.contains(name))
        look(member, listed[name], inside, out);
      else if (other.is_object())
        look(member, other, inside, out);
      else if (other == false)
        out += inside + ": is not in the schema\n";
    }
  }

  static bool is(const json& value, const std::string& type) {
    return (type == "object" && value.is_object()) || (type == "array" && value.is_array()) ||
           (type == "string" && value.is_string()) || (type == "integer" && value.is_number_integer()) ||
           (type == "boolean" && value.is_boolean());
  }
  static bool known(const std::string& keyword) {
    for (const char* word :
         {"$ref", "type", "const", "enum", "minimum", "pattern", "required", "items", "properties",
          "additionalProperties", "$schema", "$defs", "title", "description", "format"})
      if (keyword == word) return true;
    return false;
  }

  json root_;
};

const Schema& schema() {
  static const Schema read(json::parse(repository_file("docs/report.schema.json")));
  return read;
}

std::string problems(const Report& report, const std::string& command) {
  return schema().problems(to_json(report, {command, "2026-11-01T00:00:00Z", "0.1.0", "abc"}));
}

}  // namespace

TEST_CASE("schema: reports of runs that go well, fail and look fit it") {
  world::World world;
  CHECK(problems(world.check(), "plan") == "");
  world.tailnet.control.silent = true;
  CHECK(problems(world.enforce(), "enforce") == "");
  world.tailnet.control.silent = false;
  CHECK(problems(world.enforce(), "enforce") == "");
  CHECK(problems(world.check(), "verify") == "");
}

TEST_CASE("schema: a report that does not match is found") {
  world::World world;
  json good = to_json(world.check(), {"verify", "2026-11-01T00:00:00Z", "0.1.0", "abc"});
  const auto with = [&](const std::string& pointer, const json& value) {
    auto changed = good;
    changed[json::json_pointer(pointer)] = value;
    return schema().problems(changed);
  };
  CHECK(with("/command", "dance") == "$.command: is none of [\"enforce\",\"verify\",\"plan\"]\n");
  CHECK(with("/schema", 2) == "$.schema: is not 1\n");
  CHECK(with("/extra", 1) == "$.extra: is not in the schema\n");
  CHECK(with("/changes", -1) == "$.changes: is less than 0\n");
  CHECK(with("/resources/0/outcome", "fine").starts_with("$.resources[0].outcome: is none of "));
  CHECK(with("/resources/0/name", "No Name").starts_with("$.resources[0].name: is not like "));
  CHECK(with("/resources/0/facts/url", 3) == "$.resources[0].facts.url: is no string\n");
  good.at("resources").at(0).erase("needs");
  CHECK(schema().problems(good) == "$.resources[0]: lacks needs\n");
}

}  // namespace agent
