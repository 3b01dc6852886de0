// SPDX-License-Identifier: Apache-2.0
#include "resources/tailscale/identity.hpp"

#include "core/paths.hpp"

namespace agent {
namespace {

const std::string instance_id = "/var/lib/cloud/data/instance-id";  // cloudinit/stages.py
// tailscaled(8) keeps its keys in the first. A file can be renamed on every file system; a directory cannot
// on an overlay.
const std::string node_state = "/var/lib/tailscale/tailscaled.state";
const std::string set_aside = node_state + ".of-another-server";
const std::string certificates = "/var/lib/tailscale/certs";

std::string first_word(const Probe& probe, const std::string& path) {
  const auto text = probe.read_file(path);
  return text ? text->substr(0, text->find_first_of(" \n")) : std::string();
}

bool is_of_another(const NodeIdentityState& state) {
  return !state.current.empty() && !state.recorded.empty() && state.recorded != state.current;
}

}  // namespace

Result<bool> has_set_aside_state(const Probe& probe) { return probe.exists(set_aside); }

Status destroy_set_aside_state(Host& host) {
  AGENT_TRY_ASSIGN(const auto names, host.list(certificates));
  for (const auto& name : names) AGENT_TRY(host.wipe_file(certificates + "/" + name));
  return host.wipe_file(set_aside);
}

Result<NodeIdentityState> NodeIdentity::look(const Probe& probe) const {
  NodeIdentityState state;
  state.recorded = first_word(probe, paths::instance);
  state.current = first_word(probe, instance_id);
  state.key_at_hand = !auth_key_.empty();
  AGENT_TRY_ASSIGN(state.has_node_state, probe.exists(node_state));
  AGENT_TRY_ASSIGN(state.is_set_aside, probe.exists(set_aside));
  return state;
}

Observation NodeIdentity::describe(const NodeIdentityState& state) const {
  Observation seen;
  if (!state.current.empty() && state.recorded.empty())
    seen.drift("recorded instance", "none", state.current);
  if (!is_of_another(state)) return seen;
  if (state.key_at_hand)
    seen.drift("identity",
               fmt::format("of instance {}, whose Claude token is on both servers", state.recorded),
               "its own, of instance " + state.current);
  else
    seen.note(
        fmt::format("this server was made from a copy of instance {}: both have one node key and one gateway "
                    "token. Run `bootstrap-agent --reconcile --secrets -` with a new tailscale_auth_key",
                    state.recorded));
  return seen;
}

// The record comes last: a run that is killed before begins again, and finds the state aside.
Status NodeIdentity::apply(Host& host, const NodeIdentityState& state) {
  const auto record = [&] { return host.write_file(paths::instance, state.current + "\n", {0644}); };
  if (!state.current.empty() && state.recorded.empty()) return record();
  if (!is_of_another(state) || !state.key_at_hand) return {};
  AGENT_TRY(host.stop_unit(Scope::system(), paths::tailscaled_unit, Milliseconds(30'000)));
  if (state.has_node_state && !state.is_set_aside) AGENT_TRY(host.rename(node_state, set_aside));
  AGENT_TRY(host.write_file(paths::new_identity, "", {0644}));
  AGENT_TRY(host.remove(paths::receipt));
  return record();
}

}  // namespace agent
