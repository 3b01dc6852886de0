// SPDX-License-Identifier: Apache-2.0
#include "resources/openclaw/gateway.hpp"

#include "base/json.hpp"
#include "ports/wait.hpp"
#include "resources/common/openclaw_files.hpp"
#include "resources/common/untrusted_json.hpp"
#include "resources/common/users.hpp"

namespace agent {
namespace {

constexpr std::size_t longest_words = 400;

// /readyz: {"ready":true,"failing":[]}.
Readiness readiness(const Probe& probe, std::uint16_t port) {
  const auto answer =
      probe.http_get({fmt::format("http://127.0.0.1:{}/readyz", port), "", Milliseconds(5'000)});
  if (!answer) return {false, "not answering"};
  const auto body = parse_json(answer->body);
  if (!body.is_object())
    return {false, fmt::format("answering HTTP {} with an unexpected body", answer->status)};
  if (answer->status == 200 && flag_in(body, "ready")) return {true, "ready"};
  // The answer goes into reports. It is shortened, because it may not come from the real gateway.
  const auto failing =
      body.contains("failing") ? body["failing"].dump(-1, ' ', false, Json::error_handler_t::replace) : "[]";
  return {false, fmt::format("not ready: {}", failing.substr(0, longest_words))};
}

}  // namespace

Gateway::Gateway(const Profile& profile)
    : ResourceOf({"openclaw/gateway", {"openclaw/unit"}, {}}),
      user_(profile.user),
      wanted_(profile.gateway) {}

Result<GatewayState> Gateway::look(const Probe& probe) const {
  GatewayState state;
  AGENT_TRY_ASSIGN(state.user, gateway_user(probe, user_));
  const auto unit = probe.unit(Scope::of(state.user), openclaw::unit_name);
  if (!unit || (unit->active_state != "active" && unit->active_state != "activating"))
    return fail(Errc::blocked, "openclaw/unit is {}", unit ? unit->active_state : unit.error().message);
  AGENT_TRY_ASSIGN(state.intruder, foreign_port_holder(probe, wanted_.port, state.user, openclaw::unit_name));
  if (!state.intruder) state.readiness = readiness(probe, wanted_.port);
  AGENT_TRY_ASSIGN(const auto sockets, listening_sockets(probe));
  for (const auto& socket : sockets)
    if (!socket.loopback && (socket.uid == state.user.uid || socket.port == wanted_.port))
      state.open_sockets.push_back(socket);
  return state;
}

Observation Gateway::describe(const GatewayState& state) const {
  Observation seen;
  if (state.intruder)
    seen.drift("port", "held by " + state.intruder->who, "held by the gateway");
  else if (!state.readiness.ready)
    seen.drift("/readyz", state.readiness.words, "ready");
  for (const auto& socket : state.open_sockets)
    seen.drift("listening socket", fmt::format("{} port {}", socket.address, socket.port), "loopback only");
  return seen;
}

tl::unexpected<Error> port_is_held(std::uint16_t port, const PortHolder& holder) {
  return fail(
      Errc::failed,
      "port {} is held by {}, so the gateway cannot listen there: `{}`, or choose another gateway.port, "
      "then run again",
      port, holder.who, holder.end);
}

Status wait_until_ready(const Probe& probe, const User& user, const Profile::Gateway& wanted) {
  Readiness last;
  std::optional<UnitState> failed;
  std::optional<PortHolder> intruder;
  auto waited = wait_until(probe, wanted.ready_timeout, "the gateway is ready", [&]() -> Result<bool> {
    last = readiness(probe, wanted.port);
    auto unit = probe.unit(Scope::of(user), openclaw::unit_name);
    if (unit && unit->active_state == "failed") failed = std::move(*unit);
    if (!last.ready && !failed) return false;
    AGENT_TRY_ASSIGN(intruder, foreign_port_holder(probe, wanted.port, user, openclaw::unit_name));
    return true;
  });
  if (intruder) return port_is_held(wanted.port, *intruder);
  if (failed)
    return fail(Errc::failed, "{} failed ({}, {} restarts): see `journalctl --user-unit {}`",
                openclaw::unit_name, failed->result, failed->restarts, openclaw::unit_name);
  if (waited || waited.error().code != Errc::timed_out) return waited;
  return fail(Errc::timed_out,
              "the gateway was not ready within {} s, it is {}: see `journalctl --user-unit {}`",
              wanted.ready_timeout.count(), last.words, openclaw::unit_name);
}

Status Gateway::apply(Host& host, const GatewayState& state) {
  return wait_until_ready(host, state.user, wanted_);
}

}  // namespace agent
