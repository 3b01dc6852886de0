// SPDX-License-Identifier: Apache-2.0
#include "resources/tailscale/status.hpp"

#include "resources/common/untrusted_json.hpp"

namespace agent {
namespace {

// tailscale.com/client/local: any host name works; this is the one that Tailscale's own client sends.
Result<Json> local_api(const Probe& probe, const std::string& path) {
  auto response = probe.http_get(
      {"http://local-tailscaled.sock/localapi/v0/" + path, tailscaled_socket, Milliseconds(5'000)});
  if (!response) return fail(Errc::unavailable, "tailscaled does not answer: {}", response.error().message);
  if (response->status != 200)
    return fail(Errc::failed, "tailscaled: {} gave HTTP {}", path, response->status);
  auto parsed = parse_json(response->body);
  if (!parsed.is_object()) return fail(Errc::failed, "tailscaled: {} is not JSON", path);
  return parsed;
}

// tailscale.com/health/healthmsg and ipn/ipnlocal (sshOnButUnusableHealthCheckMessageLocked).
constexpr std::string_view locked_out = "this node is locked out";
constexpr std::string_view no_ssh_rule = "access controls don't allow anyone to access this device";

std::string line_with(const TailscaleStatus& status, std::string_view what) {
  for (const auto& line : status.health)
    if (line.find(what) != std::string::npos) return line;
  return {};
}

}  // namespace

bool is_locked_out(const TailscaleStatus& status) { return !line_with(status, locked_out).empty(); }

std::string access_denied(const TailscaleStatus& status, bool ssh) {
  auto line = line_with(status, locked_out);
  if (line.empty() && ssh) line = line_with(status, no_ssh_rule);
  return line;
}

Result<TailscaleStatus> tailscale_status(const Probe& probe) {
  AGENT_TRY_ASSIGN(auto answer, local_api(probe, "status"));
  TailscaleStatus status;
  status.backend_state = text_in(answer, "BackendState");
  status.has_node_key = flag_in(answer, "HaveNodeKey");
  status.auth_url = text_in(answer, "AuthURL");
  status.cert_domains = texts_in(answer, "CertDomains");
  status.health = texts_in(answer, "Health");
  if (const auto self = answer.find("Self"); self != answer.end() && self->is_object()) {
    status.dns_name = text_in(*self, "DNSName");
    if (status.dns_name.ends_with('.')) status.dns_name.pop_back();
    status.addresses = texts_in(*self, "TailscaleIPs");
    status.online = flag_in(*self, "Online");
    status.expired = flag_in(*self, "Expired");
    status.key_expiry = text_in(*self, "KeyExpiry");
    status.tags = texts_in(*self, "Tags");
    status.public_key = text_in(*self, "PublicKey");
  }
  return status;
}

Result<TailscalePrefs> tailscale_prefs(const Probe& probe) {
  AGENT_TRY_ASSIGN(auto answer, local_api(probe, "prefs"));
  TailscalePrefs prefs;
  prefs.control_url = text_in(answer, "ControlURL");
  prefs.hostname = text_in(answer, "Hostname");
  prefs.ssh = flag_in(answer, "RunSSH");
  prefs.wants_running = flag_in(answer, "WantRunning");
  prefs.logged_out = flag_in(answer, "LoggedOut");
  // ipn.AutoUpdatePrefs: Apply is an optional bool; unset lets the tailnet's default decide.
  if (const auto update = answer.find("AutoUpdate"); update != answer.end() && update->is_object())
    if (const auto apply = update->find("Apply"); apply != update->end() && apply->is_boolean())
      prefs.auto_update = apply->get<bool>();
  return prefs;
}

}  // namespace agent
