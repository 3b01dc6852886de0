// SPDX-License-Identifier: Apache-2.0
#include "resources/seal/webhook.hpp"

#include "core/paths.hpp"

namespace agent {

Secret register_webhook(const Probe& probe) {
  auto text = probe.read_file(paths::webhook);
  return text ? Secret(std::move(*text)) : Secret();
}

Result<WebhookState> Webhook::look(const Probe& probe) const {
  WebhookState state;
  AGENT_TRY_ASSIGN(const auto info, probe.stat(paths::webhook));
  state.present = info.has_value();
  if (info) state.mode = info->mode;
  if (info) state.uid = info->uid;
  state.is_given = given_.empty() || register_webhook(probe).reveal() == given_.reveal();
  return state;
}

Observation Webhook::describe(const WebhookState& state) const {
  Observation seen;
  if (!state.has_right_mode()) seen.drift("mode", fmt::format("{:04o}", state.mode), "0600, of root");
  if (!state.is_given) seen.drift("URL", state.present ? "another" : "absent", "the one that was given");
  return seen;
}

Status Webhook::apply(Host& host, const WebhookState& state) {
  if (!state.is_given) return host.write_secret_file(paths::webhook, given_.reveal(), {0600});
  if (!state.has_right_mode()) return host.set_mode(paths::webhook, {0600});
  return {};
}

}  // namespace agent
