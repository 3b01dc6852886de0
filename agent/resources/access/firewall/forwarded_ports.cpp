// SPDX-License-Identifier: Apache-2.0
#include "resources/access/firewall/forwarded_ports.hpp"

#include <algorithm>

#include "ports/run_checked.hpp"

namespace agent {
namespace {

std::string shown(const ForwardedPort& port) {
  return fmt::format("{}/{} to {} ({})", port.port, port.protocol, port.to, port.by);
}

}  // namespace

// On a first boot neither iptables nor nft may be there before the packages.
ForwardedPorts::ForwardedPorts(std::vector<InboundRule> allowed)
    : ResourceOf({"ufw/forwarded", {"packages"}, {}}), allowed_(std::move(allowed)) {}

bool ForwardedPorts::is_allowed(const ForwardedPort& port) const {
  return std::any_of(allowed_.begin(), allowed_.end(), [&](const InboundRule& rule) {
    return std::to_string(rule.port) == port.port && rule.protocol == port.protocol;
  });
}

Result<ForwardedPortsState> ForwardedPorts::look(const Probe& probe) const {
  ForwardedPortsState state;
  const auto take = [&](std::vector<ForwardedPort> found) {
    for (auto& port : found)
      if (!is_allowed(port)) state.ports.push_back(std::move(port));
  };
  // The output; nothing when the program is not installed, because then nobody uses it.
  const auto ask = [&](const Query& query) -> std::optional<std::string> {
    auto said = probe.query(query);
    if (said && said->ok()) return std::move(said->out);
    if (said || said.error().code != Errc::not_found)
      state.unseen.push_back(fmt::format("{}: {}", query.command().argv.front(),
                                         said ? failure_text(query.command(), *said) : said.error().message));
    return std::nullopt;
  };
  for (const auto& query : Query::iptables_rules())
    if (const auto out = ask(query)) take(forwarded_by_iptables(*out, query.command().argv.front()));
  const auto json = ask(Query::nft_rules());
  if (!json) return state;
  auto ports = forwarded_by_nft(*json);
  if (ports)
    take(std::move(*ports));
  else
    state.unseen.emplace_back("nft: its answer is not JSON, or too long");
  return state;
}

Observation ForwardedPorts::describe(const ForwardedPortsState& state) const {
  Observation seen;
  for (const auto& port : state.ports) seen.drift("port open past ufw", shown(port), "closed");
  for (const auto& each : state.unseen) seen.note("forwarded ports could not be seen by " + each);
  return seen;
}

Status ForwardedPorts::apply(Host&, const ForwardedPortsState& state) {
  if (state.ports.empty()) return {};
  std::vector<std::string> words;
  for (const auto& port : state.ports) words.push_back(shown(port));
  return fail(
      Errc::refused,
      "{} can be reached from outside, past ufw: publish it on loopback (docker run -p 127.0.0.1:8080:80) "
      "or on the tailnet's address, or list the port under ufw.allow",
      fmt::join(words, ", "));
}

}  // namespace agent
