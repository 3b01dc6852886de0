// SPDX-License-Identifier: Apache-2.0
#include "resources/tailscale/serve.hpp"

#include <algorithm>

#include "ports/run_checked.hpp"
#include "resources/common/untrusted_json.hpp"
#include "resources/tailscale/status.hpp"

namespace agent {
namespace {

// ipn.ServeConfig as `tailscale serve status --json` prints it after `tailscale serve --bg PORT`.
Json wanted_config(const std::string& dns_name, std::uint16_t port) {
  Json config;
  config["TCP"]["443"]["HTTPS"] = true;
  config["Web"][dns_name + ":443"]["Handlers"]["/"]["Proxy"] = fmt::format("http://127.0.0.1:{}", port);
  return config;
}

std::string url_in(const std::string& text) {
  const auto begin = text.find("https://");
  return begin == std::string::npos ? "" : text.substr(begin, text.find_first_of(" \n\r\t", begin) - begin);
}

Command tailscale_serve(std::vector<std::string> arguments) {
  Command command;
  command.argv = {"/usr/local/bin/tailscale", "serve"};
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  command.env = {{"LC_ALL", "C"}};
  command.timeout = Milliseconds(15'000);  // it blocks forever when Serve is not enabled
  return command;
}

// What keeps the node from having its certificate; empty when it has one. tailscaled's LocalAPI answers at
// once with one that is there, and otherwise orders it as a first visit would.
std::string certificate_problem(const Probe& probe, const std::string& dns_name) {
  constexpr Milliseconds patience(15'000);
  constexpr std::size_t longest = 300;
  const auto answer =
      probe.http_get({"http://local-tailscaled.sock/localapi/v0/cert/" + dns_name + "?type=cert",
                      tailscaled_socket, patience});
  if (!answer)
    // tailscaled goes on trying while Let's Encrypt says 429, so this may be a refusal, too.
    return fmt::format(
        "no certificate within {} s, and browsers cannot connect without it: it is still being made, or "
        "refused (`journalctl -u tailscaled -g cert` shows it); tailscaled tries again at each visit",
        patience.count() / 1000);
  if (answer->status == 200) return {};
  const auto reason = answer->body.substr(0, std::min(answer->body.find('\n'), longest));
  return fmt::format(
      "no certificate, and browsers cannot connect without it: {}; tailscaled tries again at each visit",
      reason);
}

}  // namespace

Serve::Serve(const Profile& profile)
    : ResourceOf({"tailscale/serve", {"tailscale/login"}, {}}), port_(profile.gateway.port) {}

Result<ServeState> Serve::look(const Probe& probe) const {
  const auto status = tailscale_status(probe);
  if (!status || status->backend_state != "Running" || status->dns_name.empty())
    return fail(Errc::blocked, "tailscale/login: this node is not in the tailnet");
  AGENT_TRY_ASSIGN(const auto done, query_checked(probe, Query::serve_status()));
  const auto config = parse_json(done.out);
  if (config.is_discarded()) return fail(Errc::failed, "tailscale serve status --json did not print JSON");
  ServeState state;
  state.dns_name = status->dns_name;
  state.is_ours = sorted(config) == sorted(wanted_config(state.dns_name, port_));
  const auto& domains = status->cert_domains;
  state.has_certificate = std::find(domains.begin(), domains.end(), state.dns_name) != domains.end();
  if (!config.is_null() && !config.empty()) state.served = config.dump();
  if (state.is_ours && state.has_certificate)
    state.certificate_problem = certificate_problem(probe, state.dns_name);
  return state;
}

Observation Serve::describe(const ServeState& state) const {
  Observation seen;
  if (!state.is_ours)
    seen.drift("served", state.served.empty() ? "nothing" : state.served,
               wanted_config(state.dns_name, port_).dump());
  if (!state.has_certificate) seen.drift("HTTPS certificate", "the tailnet gives no domain", state.dns_name);
  if (!state.certificate_problem.empty()) seen.note(state.certificate_problem);
  seen.fact("url", "https://" + state.dns_name + "/");
  return seen;
}

Status Serve::apply(Host& host, const ServeState& state) {
  if (state.is_ours && state.has_certificate) return {};
  AGENT_TRY(with_context(host.run(tailscale_serve({"reset"})), "tailscale serve reset"));
  const auto command = tailscale_serve({"--bg", "--yes", std::to_string(port_)});
  AGENT_TRY_ASSIGN(const auto done, with_context(host.run(command), "tailscale serve"));
  const auto output = done.out + "\n" + done.err;
  // The command is also run when HTTPS is off in the tailnet: its output has the page where both can be
  // enabled.
  if (const auto url = url_in(output); output.find("not enabled") != std::string::npos && !url.empty())
    return fail(
        Errc::unavailable,
        "Serve is not enabled on this tailnet: enable it at {}, then run `bootstrap-agent --reconcile`", url);
  if (!state.has_certificate)
    return fail(Errc::unavailable,
                "HTTPS certificates are off in this tailnet: enable them in the admin console (DNS, HTTPS "
                "Certificates), "
                "then run `bootstrap-agent --reconcile`");
  if (!done.ok()) return fail(Errc::failed, "tailscale serve: {}", failure_text(command, done));
  return {};
}

}  // namespace agent
