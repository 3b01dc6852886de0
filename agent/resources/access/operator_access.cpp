// SPDX-License-Identifier: Apache-2.0
#include "resources/access/operator_access.hpp"

#include "resources/tailscale/status.hpp"

namespace agent {
namespace {

constexpr std::uint16_t ssh_port = 22;
// tailscaled puts this chain before all others, and accepts everything from the tailnet in it
// (wgengine/router, netfilter).
const std::string tailscaled_chain = "ts-input";

bool is_v6(const std::string& address) { return address.find(':') != std::string::npos; }

// With net.ipv6.conf.*.disable_ipv6 or ipv6.disable=1 the node has an IPv6 address in the tailnet's eyes
// only.
bool tailnet_has_v6(const Probe& probe) {
  const auto addresses = probe.read_file("/proc/net/if_inet6");
  return addresses && addresses->find(" tailscale0\n") != std::string::npos;
}

// The address of another node of the tailnet. Only the interface matters, so the node need not exist.
std::string neighbour_of(const std::string& address) {
  const bool v6 = is_v6(address);
  const std::string first = v6 ? "fd7a:115c:a1e0::1" : "100.64.0.1";
  return address != first ? first : v6 ? "fd7a:115c:a1e0::2" : "100.64.0.2";
}

}  // namespace

OperatorAccess::OperatorAccess(const Profile& profile, std::optional<NewConnection> session)
    : control_url_(profile.tailscale.control_url),
      hostname_(profile.tailscale.hostname),
      session_(std::move(session)) {}

bool OperatorAccess::reaches_control(const Probe& probe) const {
  return probe.http_get({control_url_, "", Milliseconds(5'000)}).has_value();
}

Status OperatorAccess::is_open(Host& host) const {
  if (session_) {
    AGENT_TRY_ASSIGN(auto open,
                     with_context(host.probe_firewall(*session_, tailscaled_chain),
                                  "whether the session that started this run could be opened again"));
    if (open) return {};
    return fail(Errc::refused,
                "the SSH session that started this run, from {} to {} port {}, could not be opened again: "
                "start the run over the tailnet (ssh root@{}), or allow it with ufw.allow: [{{port: {}, "
                "protocol: tcp, from: {}}}]",
                session_->from, session_->to, session_->port, hostname_, session_->port, session_->from);
  }
  AGENT_TRY_ASSIGN(auto status, tailscale_status(host));
  if (status.addresses.empty()) return fail(Errc::failed, "tailscaled reports no address of this node");
  for (const auto& address : status.addresses) {
    if (is_v6(address) && !tailnet_has_v6(host)) continue;
    const NewConnection from_the_tailnet{neighbour_of(address), address, ssh_port};
    AGENT_TRY_ASSIGN(auto open, with_context(host.probe_firewall(from_the_tailnet, tailscaled_chain),
                                             "whether the tailnet can connect"));
    if (!open)
      return fail(Errc::refused,
                  "the tailnet would be locked out: a connection to {} port {} was dropped. Look for a rule "
                  "of your own in /etc/ufw/before.rules or before6.rules, or a rule of another program",
                  address, ssh_port);
  }
  return {};
}

}  // namespace agent
