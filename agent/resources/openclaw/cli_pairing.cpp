#include "resources/openclaw/cli_pairing.hpp"

#include "resources/common/users.hpp"
#include "resources/openclaw/unit.hpp"

namespace agent {

CliPairing::CliPairing(std::string user) : Resource({"openclaw/cli", {"openclaw/gateway"}, {}}), user_(std::move(user)) {}

Result<Observation> CliPairing::observe(const Probe& probe) const {
  auto user = gateway_user(probe, user_);
  if (!user) return Observation::blocked(user.error().message);
  auto database = probe.stat({*user, ".openclaw/state/openclaw.sqlite"});
  if (!database) return pass(std::move(database));
  if (!*database) return Observation::blocked("openclaw/gateway: it has not run yet");
  auto unit = probe.unit(Scope::of(*user), OpenclawUnit::unit_name);
  if (!unit || unit->active_state != "active")
    return Observation::blocked(fmt::format("openclaw/gateway: {}", unit ? "it is not running" : unit.error().message));
  auto paired = probe.query(Query::cli_paired(*user));
  if (!paired) return pass(std::move(paired), "node");
  Observation seen;
  seen.expect("the host's own CLI", paired->ok() ? "paired" : "not paired", "paired");
  return seen;
}

// `openclaw acp` is the one command that connects with a device identity; a loopback client with the shared token (from .env)
// is approved at once. It answers `initialize` only after the gateway's hello, so then the pairing is stored.
Status CliPairing::apply(Host& host, const Observation& /*seen*/) {
  auto user = gateway_user(host, user_);
  if (!user) return pass(std::move(user));
  Command command;
  command.argv = {"/usr/local/bin/openclaw", "acp"};
  command.env = {{"HOME", user->home}, {"LANG", "C.UTF-8"}};
  command.user = *user;
  command.directory = user->home;
  command.input = "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"initialize\",\"params\":{\"protocolVersion\":1,\"clientCapabilities\":{}}}\n";
  command.hold_input_until = "{\"jsonrpc\":\"2.0\",\"id\":0,\"result\":";
  command.timeout = Milliseconds(120'000);
  auto done = host.run(command);
  if (!done) return pass(std::move(done), "openclaw acp");
  if (!done->ok()) return fail(Errc::failed, "openclaw acp: {}", done->timed_out ? "no answer in time" : done->err);
  return {};
}

}  // namespace agent
