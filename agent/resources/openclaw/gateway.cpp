#include "resources/openclaw/gateway.hpp"

#include "base/json.hpp"
#include "ports/wait.hpp"
#include "resources/common/users.hpp"
#include "resources/common/untrusted_json.hpp"
#include "resources/openclaw/listening_sockets.hpp"
#include "resources/openclaw/unit.hpp"

namespace agent {
namespace {

constexpr std::size_t longest_words = 400;

// "ready", or in words what is missing. /readyz: {"ready":true,"failing":[]}.
std::string readiness(const Probe& probe, std::uint16_t port) {
  auto answer = probe.http_get({fmt::format("http://127.0.0.1:{}/readyz", port), "", Milliseconds(5'000)});
  if (!answer) return "not answering";
  const auto body = parse_json(answer->body);
  if (!body.is_object()) return fmt::format("answering HTTP {} with something else", answer->status);
  if (answer->status == 200 && flag_in(body, "ready")) return "ready";
  // What it says goes into reports: bounded, for it may not be the gateway that we know.
  const auto failing = body.contains("failing") ? body["failing"].dump(-1, ' ', false, Json::error_handler_t::replace) : "[]";
  return fmt::format("not ready: {}", failing.substr(0, longest_words));
}

}  // namespace

Gateway::Gateway(const Profile& profile)
    : Resource({"openclaw/gateway", {"openclaw/unit"}, {}}), user_(profile.user), wanted_(profile.gateway) {}

Result<Observation> Gateway::observe(const Probe& probe) const {
  auto user = gateway_user(probe, user_);
  if (!user) return Observation::blocked(user.error().message);
  auto unit = probe.unit(Scope::of(*user), OpenclawUnit::unit_name);
  if (!unit || (unit->active_state != "active" && unit->active_state != "activating"))
    return Observation::blocked(fmt::format("openclaw/unit is {}", unit ? unit->active_state : unit.error().message));
  Observation seen;
  seen.expect("/readyz", readiness(probe, wanted_.port), "ready");
  AGENT_TRY_ASSIGN(auto sockets, listening_sockets(probe));
  for (const auto& socket : sockets)
    if (!socket.loopback && (socket.uid == user->uid || socket.port == wanted_.port))
      seen.drift("listening socket", fmt::format("{} port {}", socket.address, socket.port), "loopback only");
  return seen;
}

Status wait_until_ready(const Probe& probe, const User& user, const Profile::Gateway& wanted) {
  std::string last;
  std::optional<UnitState> failed;
  auto waited = wait_until(probe, wanted.ready_timeout, "the gateway is ready", [&]() -> Result<bool> {
    last = readiness(probe, wanted.port);
    auto unit = probe.unit(Scope::of(user), OpenclawUnit::unit_name);
    if (unit && unit->active_state == "failed") failed = std::move(*unit);
    return last == "ready" || failed;
  });
  if (failed)
    return fail(Errc::failed, "{} failed ({}, {} restarts): see `journalctl --user-unit {}`", OpenclawUnit::unit_name, failed->result,
                failed->restarts, OpenclawUnit::unit_name);
  if (waited || waited.error().code != Errc::timed_out) return waited;
  return fail(Errc::timed_out, "the gateway was not ready within {} s, it is {}: see `journalctl --user-unit {}`",
              wanted.ready_timeout.count(), last, OpenclawUnit::unit_name);
}

Status Gateway::apply(Host& host, const Observation& /*seen*/) {
  AGENT_TRY_ASSIGN(auto user, gateway_user(host, user_));
  return wait_until_ready(host, user, wanted_);
}

}  // namespace agent
