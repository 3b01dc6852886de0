// SPDX-License-Identifier: Apache-2.0
#include "support/world_tailnet.hpp"

#include <nlohmann/json.hpp>

#include "support/world_programs.hpp"
#include "support/world_systemd.hpp"

namespace agent::world {
namespace {

using nlohmann::json;

const std::string local_api = "/run/tailscale/tailscaled.sockhttp://local-tailscaled.sock/localapi/v0/";

bool running(const FakeHost& host) {
  const auto unit = host.units.find({"", Tailscaled::unit});
  return unit != host.units.end() && unit->second.active_state == "active";
}

}  // namespace

std::string Tailnet::status(const FakeHost& host) const {
  const bool settling = joined() && host.now() < daemon.settled_at;
  json self = {{"DNSName", daemon.dns_name},
               {"Online", joined()},
               {"Expired", daemon.expired},
               {"PublicKey", "nodekey:0123456789abcdef"}};
  if (joined()) self["TailscaleIPs"] = {address_v4, address_v6};
  if (!control.tags.empty()) self["Tags"] = control.tags;
  if (!control.key_expiry.empty()) self["KeyExpiry"] = control.key_expiry;
  json out = {{"BackendState", daemon.hangs ? "NoState"
                               : settling   ? "Starting"
                                            : daemon.backend_state},
              {"HaveNodeKey", !daemon.dns_name.empty()},
              {"Self", self},
              {"Health", control.health}};
  const bool certificates = control.https && joined();
  out["CertDomains"] =
      certificates ? json::array({daemon.dns_name.substr(0, daemon.dns_name.size() - 1)}) : json();
  return out.dump();
}

std::string Tailnet::prefs() const {
  const json apply = daemon.auto_update ? json(*daemon.auto_update) : json();
  return json{
      {"ControlURL", daemon.control_url}, {"Hostname", daemon.hostname}, {"RunSSH", daemon.ssh},
      {"WantRunning", joined()},          {"LoggedOut", !joined()},      {"AutoUpdate", {{"Apply", apply}}}}
      .dump();
}

Status Tailnet::start(FakeHost& host, UnitState& state) {
  AGENT_TRY(run_program(host, state));
  forget_what_is_lost(host);  // the state file is all that it knows
  daemon.trying.clear();
  daemon.hangs = false;
  daemon.deaf = false;
  const bool member = !daemon.dns_name.empty();
  if (daemon.backend_state == "NoState" && !member) daemon.backend_state = "NeedsLogin";
  if (daemon.backend_state == "NoState" && !control.silent) daemon.backend_state = "Running";
  daemon.settled_at = host.now() + Milliseconds(500);
  return {};
}

void Tailnet::forget_what_is_lost(const FakeHost& host) {
  const auto* state = host.files.find(state_file);
  if (daemon.dns_name.empty() || (state != nullptr && !state->content.empty())) return;
  daemon = {};
}

Result<Completed> Tailnet::run(FakeHost& host, const Command& command) {
  if (!runnable(host.files, program)) return fail(Errc::not_found, "run {}: no such program", program);
  if (!running(host))
    return refuses(1, "failed to connect to local tailscaled; it doesn't appear to be running\n");
  const auto& verb = command.argv.at(1);
  if (verb == "up") return up(host, command);
  if (verb == "set") return set(command);
  if (verb == "logout") return logout();
  if (verb == "serve") return serve(command);
  if (verb != "down") return refuses(2, "tailscale: unknown command " + verb + "\n");
  if (joined()) daemon.backend_state = "Stopped";
  return says("");
}

void Tailnet::attach(FakeHost& host) {
  host.on_run(program, [this](FakeHost& on, const Command& command) { return run(on, command); });
  host.on_query(program, [this](const FakeHost& on, const Command&) -> Result<Completed> {
    if (!runnable(on.files, program)) return fail(Errc::not_found, "run {}: no such program", program);
    if (!running(on))
      return refuses(1, "failed to connect to local tailscaled; it doesn't appear to be running\n");
    return says(daemon.serve + "\n");
  });
  const auto answer = [this](const FakeHost& on, bool of_status) -> Result<HttpResponse> {
    if (!running(on) || daemon.deaf)
      return fail(Errc::unavailable, "connect to /run/tailscale/tailscaled.sock: No such file or directory");
    return HttpResponse{200, of_status ? status(on) : prefs()};
  };
  host.on_http(local_api + "status",
               [answer](const FakeHost& on, const HttpGet&) { return answer(on, true); });
  host.on_http(local_api + "prefs",
               [answer](const FakeHost& on, const HttpGet&) { return answer(on, false); });
  host.on_http(local_api + "cert/", [this](const FakeHost&, const HttpGet&) -> Result<HttpResponse> {
    if (control.certificates_are_late) return fail(Errc::unavailable, "timed out");
    if (!control.acme_refuses.empty()) return HttpResponse{500, control.acme_refuses + "\n"};
    return HttpResponse{200, "-----BEGIN CERTIFICATE-----\n"};
  });
  host.on_http("https://", [this](const FakeHost&, const HttpGet& request) -> Result<HttpResponse> {
    if (control.silent || request.url != control.url)
      return fail(Errc::unavailable, "{}: timed out", request.url);
    return HttpResponse{200, ""};
  });
  host.on_start(Tailscaled::unit, [this](FakeHost& on, UnitState& state) { return start(on, state); });
}

}  // namespace agent::world
