// SPDX-License-Identifier: Apache-2.0
#include "resources/openclaw/cli_pairing.hpp"

#include "ports/run_checked.hpp"
#include "resources/common/openclaw_files.hpp"
#include "resources/common/users.hpp"

namespace agent {
namespace {

// For OpenClaw 2026.9.6: the identity "primary" has an operator token, and the gateway's list has the same
// token. (The CLI could tell too, but needs seconds per call.)
const std::string is_paired =
    "select count(*) from device_identities i join device_pairing_paired p using(device_id) "
    "join device_auth_tokens t using(device_id) where i.identity_key='primary' and t.role='operator' "
    "and json_extract(p.tokens_json,'$.operator.token')=t.token";

}  // namespace

CliPairing::CliPairing(std::string user)
    : ResourceOf({"openclaw/cli", {"openclaw/gateway"}, {}}), user_(std::move(user)) {}

Result<CliPairingState> CliPairing::look(const Probe& probe) const {
  CliPairingState state;
  AGENT_TRY_ASSIGN(state.user, gateway_user(probe, user_));
  AGENT_TRY_ASSIGN(const bool has_run, probe.exists({state.user, openclaw::database}));
  if (!has_run) return fail(Errc::blocked, "openclaw/gateway: it has not run yet");
  const auto unit = probe.unit(Scope::of(state.user), openclaw::unit_name);
  if (!unit) return fail(Errc::blocked, "openclaw/gateway: {}", unit.error().message);
  if (unit->active_state != "active") return fail(Errc::blocked, "openclaw/gateway: it is not running");
  AGENT_TRY_ASSIGN(
      const auto answer,
      with_context(probe.query(Query::database_says_one(state.user, openclaw::database, is_paired)), "node"));
  state.paired = answer.ok();
  return state;
}

Observation CliPairing::describe(const CliPairingState& state) const {
  Observation seen;
  seen.expect("the host's own CLI", state.paired ? "paired" : "not paired", "paired");
  return seen;
}

// `openclaw acp` is the only command that connects with a device identity. A loopback client with the shared
// token (from .env) is approved at once. It answers `initialize` only after the gateway's hello, and at that
// time the pairing is stored.
Status CliPairing::apply(Host& host, const CliPairingState& state) {
  if (state.paired) return {};
  Command command;
  command.argv = {openclaw::command, "acp"};
  command.env = {{"HOME", state.user.home}, {"LANG", "C.UTF-8"}};
  command.user = state.user;
  command.directory = state.user.home;
  command.input =
      "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\","
      "\"params\":{\"protocolVersion\":1,\"clientCapabilities\":{}}}\n";
  command.hold_input_until = "{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":";
  command.timeout = Milliseconds(120'000);
  AGENT_TRY(run_checked(host, command));
  return {};
}

}  // namespace agent
