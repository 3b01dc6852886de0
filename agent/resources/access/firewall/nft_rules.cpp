// SPDX-License-Identifier: Apache-2.0
// libnftables-json(5), as far as it forwards.
#include <set>

#include "resources/access/firewall/forwarded_ports.hpp"
#include "resources/common/untrusted_json.hpp"

namespace agent {
namespace {

const Json& at(const Json& object, const char* key) {
  static const Json none;
  if (!object.is_object()) return none;
  const auto found = object.find(key);
  return found == object.end() ? none : *found;
}

// A value as nft(8) has it in JSON: 80, "tailscale0", {"range": [80, 90]}, {"set": [80, 443]}.
std::string shown(const Json& value) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_number_integer()) return value.dump();
  const auto& list = at(value, "range").is_array() ? at(value, "range") : at(value, "set");
  if (!list.is_array()) return "any";
  std::string text;
  for (const auto& each : list)
    text += (text.empty() ? "" : &list == &at(value, "range") ? ":" : ",") + shown(each);
  return text;
}

std::string target(const Json& statement) {
  const auto& address = at(statement, "addr");
  const auto& port = at(statement, "port");
  if (address.is_null() && port.is_null()) return "another port";
  return (address.is_null() ? "this server" : shown(address)) + (port.is_null() ? "" : ":" + shown(port));
}

// An address, or the first one of a network. Empty for a set, which may have addresses of the outside.
std::string one_destination(const Json& value) {
  const auto& network = at(value, "prefix");
  return value.is_string() || network.is_object() ? shown(network.is_object() ? at(network, "addr") : value)
                                                  : "";
}

struct Rule {
  std::string protocol = "any", port = "any", to, interface, destination;
};

void take_match(const Json& match, Rule& rule) {
  if (at(match, "op") != "==") return;  // what is excluded leaves the others
  const auto& left = at(match, "left");
  const auto& payload = at(left, "payload");
  if (at(payload, "field") == "dport") {
    rule.protocol = shown(at(payload, "protocol"));
    rule.port = shown(at(match, "right"));
  }
  if (at(payload, "field") == "daddr") rule.destination = one_destination(at(match, "right"));
  if (at(at(left, "meta"), "key") == "iifname") rule.interface = shown(at(match, "right"));
}

std::string chain_of(const Json& object, const char* name) {
  return fmt::format("table {} {}, chain {}", shown(at(object, "family")), shown(at(object, "table")),
                     shown(at(object, name)));
}

Rule parse(const Json& expressions) {
  Rule rule;
  for (const auto& statement : expressions) {
    take_match(at(statement, "match"), rule);
    for (const char* kind : {"dnat", "redirect"})
      if (statement.is_object() && statement.contains(kind)) rule.to = target(statement[kind]);
  }
  return rule;
}

}  // namespace

std::optional<std::vector<ForwardedPort>> forwarded_by_nft(const std::string& json) {
  const auto ruleset = parse_json(json);
  if (!at(ruleset, "nftables").is_array()) return std::nullopt;
  std::vector<ForwardedPort> ports;
  std::set<std::string> output;  // chains that only this machine's own packets pass
  for (const auto& entry : at(ruleset, "nftables"))
    if (at(at(entry, "chain"), "hook") == "output") output.insert(chain_of(at(entry, "chain"), "name"));
  for (const auto& entry : at(ruleset, "nftables")) {
    const auto& rule = at(entry, "rule");
    if (!at(rule, "expr").is_array()) continue;
    const auto seen = parse(at(rule, "expr"));
    const auto chain = chain_of(rule, "chain");
    if (seen.to.empty() || output.contains(chain) || !is_from_outside(seen.interface, seen.destination))
      continue;
    ports.push_back({seen.port, seen.protocol, seen.to, "nft, " + chain});
  }
  return ports;
}

}  // namespace agent
