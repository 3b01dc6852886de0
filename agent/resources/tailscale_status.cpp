#include "resources/tailscale_status.hpp"

#include "base/json.hpp"

namespace agent {
namespace {

// tailscale.com/client/local: any host name will do but this one is what its own client sends.
Result<Json> local_api(const Probe& probe, const std::string& path) {
  auto response = probe.http_get({"http://local-tailscaled.sock/localapi/v0/" + path, "/run/tailscale/tailscaled.sock",
                                  Milliseconds(5'000)});
  if (!response) return fail(Errc::unavailable, "tailscaled does not answer: {}", response.error().message);
  if (response->status != 200) return fail(Errc::failed, "tailscaled: {} gave HTTP {}", path, response->status);
  auto parsed = Json::parse(response->body, nullptr, false);
  if (!parsed.is_object()) return fail(Errc::failed, "tailscaled: {} is not JSON", path);
  return parsed;
}

std::string text(const Json& object, const char* key) {
  const auto at = object.find(key);
  return at != object.end() && at->is_string() ? at->get<std::string>() : std::string();
}

bool flag(const Json& object, const char* key) {
  const auto at = object.find(key);
  return at != object.end() && at->is_boolean() && at->get<bool>();
}

std::vector<std::string> texts(const Json& object, const char* key) {
  std::vector<std::string> out;
  const auto at = object.find(key);
  if (at != object.end() && at->is_array())
    for (const auto& item : *at)
      if (item.is_string()) out.push_back(item.get<std::string>());
  return out;
}

}  // namespace

Result<TailscaleStatus> tailscale_status(const Probe& probe) {
  auto answer = local_api(probe, "status");
  if (!answer) return pass(std::move(answer));
  TailscaleStatus status;
  status.backend_state = text(*answer, "BackendState");
  status.auth_url = text(*answer, "AuthURL");
  status.cert_domains = texts(*answer, "CertDomains");
  status.health = texts(*answer, "Health");
  if (const auto self = answer->find("Self"); self != answer->end() && self->is_object()) {
    status.dns_name = text(*self, "DNSName");
    if (status.dns_name.ends_with('.')) status.dns_name.pop_back();
    status.online = flag(*self, "Online");
    status.expired = flag(*self, "Expired");
    status.key_expiry = text(*self, "KeyExpiry");
    status.tags = texts(*self, "Tags");
  }
  return status;
}

Result<TailscalePrefs> tailscale_prefs(const Probe& probe) {
  auto answer = local_api(probe, "prefs");
  if (!answer) return pass(std::move(answer));
  TailscalePrefs prefs;
  prefs.control_url = text(*answer, "ControlURL");
  prefs.hostname = text(*answer, "Hostname");
  prefs.ssh = flag(*answer, "RunSSH");
  prefs.wants_running = flag(*answer, "WantRunning");
  prefs.logged_out = flag(*answer, "LoggedOut");
  // ipn.AutoUpdatePrefs: Apply is an optional bool; unset lets the tailnet's default decide.
  if (const auto update = answer->find("AutoUpdate"); update != answer->end() && update->is_object())
    if (const auto apply = update->find("Apply"); apply != update->end() && apply->is_boolean())
      prefs.auto_update = apply->get<bool>();
  return prefs;
}

}  // namespace agent
