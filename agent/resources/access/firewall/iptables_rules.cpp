// SPDX-License-Identifier: Apache-2.0
// iptables-save(8)'s text, as far as it forwards.
#include <cstdio>
#include <map>
#include <sstream>

#include "resources/access/firewall/forwarded_ports.hpp"

namespace agent {
namespace {

struct Rule {
  std::string chain, target, to = "another port", protocol = "any", port = "any", interface, destination;
};

const std::map<std::string_view, std::string Rule::*> places = {
    {"-A", &Rule::chain},       {"-j", &Rule::target},     {"-p", &Rule::protocol},
    {"--dport", &Rule::port},   {"--dports", &Rule::port}, {"-i", &Rule::interface},
    {"-d", &Rule::destination}, {"--to-ports", &Rule::to}, {"--to-destination", &Rule::to},
    {"--to", &Rule::to}};

// "-A DOCKER ! -i docker0 -p tcp -m tcp --dport 8080 -j DNAT --to-destination 172.17.0.2:80". An option after
// "!" holds for all others, so it excludes nothing that matters here.
Rule parse(const std::string& line) {
  std::istringstream words(line);
  Rule rule;
  bool negated = false;
  std::string option, value;
  while (words >> option) {
    if (option == "!") {
      negated = true;
      continue;
    }
    const auto known = places.find(option);
    if (known != places.end() && words >> value && !negated) rule.*known->second = value;
    negated = false;
  }
  return rule;
}

// 100.64.0.0/10, the tailnet's IPv4 addresses (RFC 6598).
bool is_of_tailnet(const std::string& destination) {
  unsigned second = 0;
  return std::sscanf(destination.c_str(), "100.%3u.", &second) == 1 && second >= 64 && second <= 127;
}

}  // namespace

bool is_from_outside(const std::string& interface, const std::string& destination) {
  if (interface == "lo" || interface == "tailscale0") return false;
  if (destination == "::1") return false;
  for (const char* own : {"127.", "::1/", "fd7a:115c:a1e0:"})  // loopback; the tailnet's IPv6 prefix
    if (destination.starts_with(own)) return false;
  return !is_of_tailnet(destination);
}

std::vector<ForwardedPort> forwarded_by_iptables(const std::string& saved, const std::string& by) {
  std::istringstream lines(saved);
  std::vector<ForwardedPort> ports;
  bool is_nat = false;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("*")) is_nat = line == "*nat";
    if (!is_nat || !line.starts_with("-A ")) continue;
    const auto rule = parse(line);
    const bool forwards = rule.target == "DNAT" || rule.target == "REDIRECT" || rule.target == "NETMAP";
    // Only this machine's own packets pass OUTPUT.
    if (!forwards || rule.chain == "OUTPUT" || rule.chain == "POSTROUTING" ||
        !is_from_outside(rule.interface, rule.destination))
      continue;
    ports.push_back({rule.port, rule.protocol, rule.to, fmt::format("{}, chain {}", by, rule.chain)});
  }
  return ports;
}

}  // namespace agent
