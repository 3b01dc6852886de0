// SPDX-License-Identifier: Apache-2.0
#include "resources/access/firewall/ufw.hpp"

#include <algorithm>

#include "resources/access/firewall/ufw_command.hpp"
#include "resources/access/firewall/ufw_files.hpp"
#include "resources/tailscale/status.hpp"

namespace agent {
namespace {

const std::string tailnet_rule = "allow in on tailscale0";
const std::string public_ssh_rule = "allow 22/tcp";

// "Default: deny (incoming), allow (outgoing), disabled (routed)"
std::string default_policy(const std::string& status, std::string_view direction) {
  const auto at = status.find(fmt::format(" ({})", direction));
  if (at == std::string::npos) return "unknown";
  const auto begin = status.find_last_of(" :", at - 1) + 1;
  return status.substr(begin, at - begin);
}

Status remove_rule(Host& host, const UfwRule& rule) {
  host.progress(fmt::format("ufw: removing the rule `{}`, which the profile does not list", rule.text));
  auto arguments = rule.words;
  const bool routed = arguments.front() == "route";  // ufw(8): `ufw route delete RULE`
  arguments.insert(arguments.begin() + (routed ? 1 : 0), "delete");
  arguments.insert(arguments.begin(), "--force");
  return run_ufw(host, std::move(arguments));
}

}  // namespace

Ufw::Ufw(const Profile& profile, std::optional<NewConnection> session)
    : ResourceOf({"ufw", {"packages", "tailscale/login", "ufw/revert"}, {}}),
      wanted_{UfwRule::parse(tailnet_rule)},
      tailscale_ssh_(profile.tailscale.ssh),
      operator_access_(profile, std::move(session)) {
  for (const auto& rule : profile.ufw.allow) wanted_.insert(UfwRule::of(rule));
}

Result<UfwState> Ufw::look(const Probe& probe) const {
  AGENT_TRY_ASSIGN(const bool installed, probe.exists("/usr/sbin/ufw"));
  if (!installed) return fail(Errc::blocked, "packages: ufw is not installed");
  UfwState state;
  state.missing_settings = ufw_files::missing_settings(probe);
  if (!state.missing_settings.empty()) return state;
  AGENT_TRY_ASSIGN(const auto status, query_checked(probe, Query::ufw_status()));
  AGENT_TRY_ASSIGN(const auto added, query_checked(probe, Query::ufw_added()));
  state.rules = added_rules(added.out);
  AGENT_TRY_ASSIGN(state.rollback, firewall_rollback::look(probe));
  AGENT_TRY_ASSIGN(state.empty_files, ufw_files::empty(probe));
  const bool has_ipv6 = ufw_files::kernel_has_ipv6(probe);
  state.ipv6 = !has_ipv6 || ufw_files::filter_ipv6(probe);
  state.active = status.out.find("Status: active") != std::string::npos;
  const auto tailnet = tailscale_status(probe);
  if (tailnet && !access_denied(*tailnet, tailscale_ssh_).empty())
    state.keep_public_ssh = !state.active || std::count(state.rules.begin(), state.rules.end(),
                                                        UfwRule::parse(public_ssh_rule)) > 0;
  if (!state.active) return state;
  state.incoming = default_policy(status.out, "incoming");
  state.outgoing = default_policy(status.out, "outgoing");
  state.tailnet_v6 = !has_ipv6 || status.out.find("Anywhere (v6) on tailscale0") != std::string::npos;
  return state;
}

// Before the tailnet is seen to let somebody in, the port that the operator may come by stays as it is.
std::set<UfwRule> Ufw::wanted(const UfwState& state) const {
  auto rules = wanted_;
  if (state.keep_public_ssh) rules.insert(UfwRule::parse(public_ssh_rule));
  return rules;
}

std::vector<UfwRule> Ufw::missing(const UfwState& state) const {
  const std::set<UfwRule> there(state.rules.begin(), state.rules.end());
  std::vector<UfwRule> rules;
  for (const auto& rule : wanted(state))
    if (!there.contains(rule)) rules.push_back(rule);
  return rules;
}

std::vector<UfwRule> Ufw::unwanted(const UfwState& state) const {
  const auto keep = wanted(state);
  std::vector<UfwRule> rules;
  for (const auto& rule : state.rules)
    if (!keep.contains(rule)) rules.push_back(rule);
  return rules;
}

bool Ufw::in_sync(const UfwState& state) const {
  return state.missing_settings.empty() && firewall_rollback::is_clean(state.rollback) &&
         state.empty_files.empty() && state.ipv6 && state.active && state.incoming == "deny" &&
         state.outgoing == "allow" && state.tailnet_v6 && missing(state).empty() && unwanted(state).empty();
}

Observation Ufw::describe(const UfwState& state) const {
  Observation seen;
  for (const auto& setting : state.missing_settings)
    seen.drift("setting " + setting, "absent", "ufw's default");
  if (!state.missing_settings.empty()) return seen;
  firewall_rollback::describe(state.rollback, seen);
  for (const auto& file : state.empty_files) seen.drift("empty file", file, "as its package made it");
  seen.expect("status", state.active ? "active" : "inactive", "active");
  if (!state.ipv6) seen.drift("IPv6", "not filtered", "filtered");
  if (state.active) {
    seen.expect("default incoming", state.incoming, "deny");
    seen.expect("default outgoing", state.outgoing, "allow");
    if (!state.tailnet_v6) seen.drift("rule for tailscale0, IPv6", "absent", tailnet_rule);
  }
  if (state.keep_public_ssh)
    seen.note("port 22 stays open to everybody, because nobody can log in over the tailnet");
  for (const auto& rule : missing(state)) seen.drift("rule", "absent", rule.text);
  for (const auto& rule : unwanted(state)) seen.drift("rule not in the profile", rule.text, "absent");
  return seen;
}

Status Ufw::apply(Host& host, const UfwState& state) {
  if (in_sync(state)) return {};
  if (!state.missing_settings.empty()) {
    AGENT_TRY(ufw_files::add_missing_settings(host));
    AGENT_TRY_ASSIGN(const auto known, look(host));
    return apply(host, known);
  }
  const bool reached_control = operator_access_.reaches_control(host);
  AGENT_TRY(firewall_rollback::begin(host));
  auto good = change(host, state);
  if (good) good = operator_access_.is_open(host);
  // If the control server was not reachable before either, this proves nothing.
  if (good && reached_control && !operator_access_.reaches_control(host))
    good = fail(Errc::refused,
                "the tailnet's control server can no longer be reached: look for a rule of your own in "
                "/etc/ufw/before.rules");
  if (good) good = firewall_rollback::confirm(host);
  if (good) return firewall_rollback::clear(host);
  auto back = firewall_rollback::revert(host);
  if (!back)
    return fail(good.error().code,
                "{}; the firewall is not put back yet; this is tried again within 3 minutes and at boot: {}",
                good.error().message, back.error().message);
  if (*back) return fail(good.error().code, "{}; the firewall was put back as it was", good.error().message);
  // Somebody has removed the copy. A firewall that may lock everybody out must not stay.
  AGENT_TRY(run_ufw(host, {"disable"}));
  return fail(good.error().code, "{}; the earlier state is lost, so ufw was switched off",
              good.error().message);
}

Status Ufw::change(Host& host, const UfwState& state) const {
  AGENT_TRY(ufw_files::fill(host, state.empty_files));
  if (!state.ipv6) AGENT_TRY(ufw_files::make_filter_ipv6(host));
  AGENT_TRY(run_ufw(host, {"default", "deny", "incoming"}));
  AGENT_TRY(run_ufw(host, {"default", "allow", "outgoing"}));
  for (const auto& rule : wanted(state)) AGENT_TRY(run_ufw(host, rule.words));
  for (const auto& rule : unwanted(state)) AGENT_TRY(remove_rule(host, rule));
  // Also when ufw is active: this loads a change of IPV6=, and rules that somebody flushed by hand.
  if (state.active) AGENT_TRY(run_ufw(host, {"reload"}));
  return run_ufw(host, {"--force", "enable"});
}

}  // namespace agent
