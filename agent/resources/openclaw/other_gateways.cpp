// SPDX-License-Identifier: Apache-2.0
#include "resources/openclaw/other_gateways.hpp"

#include "resources/common/openclaw_files.hpp"
#include "resources/common/users.hpp"

namespace agent {
namespace {

using Gateway = OtherGatewaysState::Gateway;

// logind's marks, which root alone can write: whose manager starts at boot.
const std::string lingering = "/var/lib/systemd/linger";

// OpenClaw was clawdbot and moltbot before; its units are NAME-gateway.service or, of a profile of its own,
// NAME-gateway-PROFILE.service.
bool is_gateway_unit(const std::string& name) {
  // The name becomes part of a command that somebody will paste.
  constexpr auto harmless = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789@._-";
  if (!name.ends_with(".service") || name.find_first_not_of(harmless) != std::string::npos) return false;
  for (const char* each : {"clawdbot", "moltbot", "openclaw"})
    if (name.starts_with(std::string(each) + "-gateway") || name == std::string(each) + ".service")
      return true;
  return false;
}

Status collect_of_system(const Probe& probe, std::vector<Gateway>& out) {
  const std::string directory = "/etc/systemd/system/";
  AGENT_TRY_ASSIGN(const auto names, probe.list(directory));
  for (const auto& name : names)
    if (is_gateway_unit(name))
      out.push_back(
          {directory + name, fmt::format("systemctl disable --now {}; rm {}{}", name, directory, name)});
  return {};
}

Status collect_of_root(const Probe& probe, std::vector<Gateway>& out) {
  const std::string directory = "/root/.config/systemd/user/";
  AGENT_TRY_ASSIGN(const auto names, probe.list(directory));
  for (const auto& name : names)
    if (is_gateway_unit(name))
      out.push_back({directory + name,
                     fmt::format("systemctl --user disable --now {}; rm {}{}", name, directory, name)});
  for (const char* state : {"/root/.openclaw", "/root/.moltbot", "/root/.clawdbot"}) {
    AGENT_TRY_ASSIGN(const bool there, probe.exists(state));
    if (there) out.push_back({state, fmt::format("rm -r {}", state)});
  }
  return {};
}

// More names than that, in somebody's home, are not for a report.
constexpr std::size_t most = 20;

// A home that cannot be read does not keep the others from being looked at.
void collect_of(const Probe& probe, const User& user, bool is_gateways, std::vector<Gateway>& out) {
  const auto names = probe.list({user, openclaw::unit_directory});
  for (const auto& name : names ? *names : std::vector<std::string>()) {
    if (!is_gateway_unit(name) || (is_gateways && name == openclaw::unit_name)) continue;
    if (out.size() == most) return;
    const auto path = fmt::format("{}/{}/{}", user.home, openclaw::unit_directory, name);
    auto end =
        fmt::format("systemctl --user --machine={}@.host disable --now {}; rm {}", user.name, name, path);
    if (!is_gateways)
      end += fmt::format("; loginctl disable-linger {}; shred -u {}/{}", user.name, user.home,
                         openclaw::env_file);
    out.push_back({path, std::move(end)});
  }
}

}  // namespace

OtherGateways::OtherGateways(std::string user)
    : ResourceOf({"openclaw/others", {"user"}, {}}), user_(std::move(user)) {}

Result<OtherGatewaysState> OtherGateways::look(const Probe& probe) const {
  OtherGatewaysState state;
  AGENT_TRY_ASSIGN(const auto own, gateway_user(probe, user_));
  AGENT_TRY(collect_of_system(probe, state.gateways));
  AGENT_TRY(collect_of_root(probe, state.gateways));
  collect_of(probe, own, true, state.gateways);
  AGENT_TRY_ASSIGN(const auto names, probe.list(lingering));
  for (const auto& name : names) {
    if (name == user_) continue;
    AGENT_TRY_ASSIGN(const auto other, probe.find_user(name));
    if (other && other->uid != 0) collect_of(probe, *other, false, state.gateways);
  }
  return state;
}

Observation OtherGateways::describe(const OtherGatewaysState& state) const {
  Observation seen;
  for (const auto& each : state.gateways) seen.drift("another gateway", each.what, "absent");
  return seen;
}

Status OtherGateways::apply(Host&, const OtherGatewaysState& state) {
  if (state.gateways.empty()) return {};
  std::string ends;
  for (const auto& each : state.gateways) ends += fmt::format("{}`{}`", ends.empty() ? "" : ", ", each.end);
  return fail(
      Errc::refused,
      "another gateway is left on this server; it is yours, so it is not removed. Save what you need of "
      "it, then run {}",
      ends);
}

}  // namespace agent
