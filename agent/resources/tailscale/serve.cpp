#include "resources/tailscale/serve.hpp"

#include <algorithm>

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

Result<Completed> tailscale(Host& host, std::vector<std::string> argv) {
  Command command;
  command.argv = std::move(argv);
  command.env = {{"LC_ALL", "C"}};
  command.timeout = Milliseconds(15'000);  // it can block for ever when Serve is not enabled
  return host.run(command);
}

}  // namespace

Serve::Serve(const Profile& profile) : Resource({"tailscale/serve", {"tailscale/login"}, {}}), port_(profile.gateway.port) {}

Result<Observation> Serve::observe(const Probe& probe) const {
  auto status = tailscale_status(probe);
  if (!status || status->backend_state != "Running" || status->dns_name.empty())
    return Observation::blocked("tailscale/login: this node is not in the tailnet");
  AGENT_TRY_ASSIGN(auto done, with_context(probe.query(Query::serve_status()), "tailscale serve status"));
  if (!done.ok()) return fail(Errc::failed, "tailscale serve status: {}", done.err);
  const auto config = parse_json(done.out);
  if (config.is_discarded()) return fail(Errc::failed, "tailscale serve status --json did not print JSON");
  Observation seen;
  const auto wanted = wanted_config(status->dns_name, port_);
  const bool nothing = config.is_null() || config.empty();
  if (sorted(config) != sorted(wanted)) seen.drift("served", nothing ? "nothing" : config.dump(), wanted.dump());
  const auto& domains = status->cert_domains;
  if (std::find(domains.begin(), domains.end(), status->dns_name) == domains.end())
    seen.drift("HTTPS certificate", "the tailnet gives no domain", status->dns_name);
  seen.facts["url"] = "https://" + status->dns_name + "/";
  return seen;
}

Status Serve::apply(Host& host, const Observation& seen) {
  AGENT_TRY_ASSIGN(auto reset, with_context(tailscale(host, {"/usr/local/bin/tailscale", "serve", "reset"}), "tailscale serve reset"));
  AGENT_TRY_ASSIGN(auto done, with_context(tailscale(host, {"/usr/local/bin/tailscale", "serve", "--bg", "--yes", std::to_string(port_)}), "tailscale serve"));
  const auto output = done.out + "\n" + done.err;
  // Asked also without HTTPS in the tailnet: it knows the page where both are enabled at once.
  if (const auto url = url_in(output); output.find("not enabled") != std::string::npos && !url.empty())
    return fail(Errc::unavailable, "Serve is not enabled on this tailnet: enable it at {}, then run `bootstrap-agent --reconcile`", url);
  if (seen.has("HTTPS certificate"))
    return fail(Errc::unavailable, "HTTPS certificates are off in this tailnet: enable them in the admin console (DNS, HTTPS Certificates), "
                "then run `bootstrap-agent --reconcile`");
  if (!done.ok()) return fail(Errc::failed, "tailscale serve: {}", done.timed_out ? "did not end within 15 s" : output);
  return {};
}

}  // namespace agent
