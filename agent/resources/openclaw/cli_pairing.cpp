#include "resources/openclaw/cli_pairing.hpp"

#include "resources/common/users.hpp"
#include "resources/openclaw/unit.hpp"

namespace agent {
namespace {

const std::string database = ".openclaw/state/openclaw.sqlite";  // in the home

// OpenClaw 2026.9.6: the identity "primary" has an operator token, and the gateway's list the same. (The CLI itself costs seconds a call.)
const std::string is_paired =
    "select count(*) from device_identities i join device_pairing_paired p using(device_id) "
    "join device_auth_tokens t using(device_id) where i.identity_key='primary' and t.role='operator' "
    "and json_extract(p.tokens_json,'$.operator.token')=t.token";

}  // namespace

CliPairing::CliPairing(std::string user) : Resource({"openclaw/cli", {"openclaw/gateway"}, {}}), user_(std::move(user)) {}

Result<Observation> CliPairing::observe(const Probe& probe) const {
  auto user = gateway_user(probe, user_);
  if (!user) return Observation::blocked(user.error().message);
  AGENT_TRY_ASSIGN(auto there, probe.stat({*user, database}));
  if (!there) return Observation::blocked("openclaw/gateway: it has not run yet");
  auto unit = probe.unit(Scope::of(*user), OpenclawUnit::unit_name);
  if (!unit || unit->active_state != "active")
    return Observation::blocked(fmt::format("openclaw/gateway: {}", unit ? "it is not running" : unit.error().message));
  AGENT_TRY_ASSIGN(auto paired, with_context(probe.query(Query::database_says_one(*user, database, is_paired)), "node"));
  Observation seen;
  seen.expect("the host's own CLI", paired.ok() ? "paired" : "not paired", "paired");
  return seen;
}

// `openclaw acp` is the one command that connects with a device identity; a loopback client with the shared token (from .env)
// is approved at once. It answers `initialize` only after the gateway's hello, so then the pairing is stored.
Status CliPairing::apply(Host& host, const Observation& /*seen*/) {
  AGENT_TRY_ASSIGN(auto user, gateway_user(host, user_));
  Command command;
  command.argv = {"/usr/local/bin/openclaw", "acp"};
  command.env = {{"HOME", user.home}, {"LANG", "C.UTF-8"}};
  command.user = user;
  command.directory = user.home;
  command.input = "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":1,\"clientCapabilities\":{}}}\n";
  command.hold_input_until = "{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":";
  command.timeout = Milliseconds(120'000);
  AGENT_TRY_ASSIGN(auto done, with_context(host.run(command), "openclaw acp"));
  if (!done.ok()) return fail(Errc::failed, "openclaw acp: {}", done.timed_out ? "no answer in time" : done.err);
  return {};
}

}  // namespace agent
