#include "resources/seal/webhook.hpp"

#include "core/paths.hpp"

namespace agent {

Secret register_webhook(const Probe& probe) {
  auto text = probe.read_file(paths::webhook);
  return text ? Secret(std::move(*text)) : Secret();
}

Result<Observation> Webhook::observe(const Probe& probe) const {
  Observation seen;
  AGENT_TRY_ASSIGN(auto info, probe.stat(paths::webhook));
  if (info && (info->mode != 0600 || info->uid != 0)) seen.drift("mode", fmt::format("{:04o}", info->mode), "0600, of root");
  const auto kept = register_webhook(probe);
  if (!given_.empty() && kept.reveal() != given_.reveal()) seen.drift("URL", kept.empty() ? "absent" : "another", "the one that was given");
  return seen;
}

Status Webhook::apply(Host& host, const Observation& seen) {
  if (!seen.has("URL")) return host.set_mode(paths::webhook, {0600});
  return host.write_secret_file(paths::webhook, given_.reveal(), {0600});
}

}  // namespace agent
