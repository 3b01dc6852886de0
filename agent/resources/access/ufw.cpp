#include "resources/access/ufw.hpp"

#include <algorithm>
#include <array>
#include <iomanip>
#include <sstream>

#include "resources/access/firewall_rollback.hpp"
#include "resources/access/ufw_command.hpp"

namespace agent {
namespace {

const std::string tailnet_rule = "allow in on tailscale0";

// ufw(8), FULL SYNTAX, in the order in which `ufw show added` prints the parts.
std::string rule_text(const InboundRule& rule) {
  if (rule.from.empty()) return fmt::format("allow {}/{}", rule.port, rule.protocol);
  return fmt::format("allow from {} to any port {} proto {}", rule.from, rule.port, rule.protocol);
}

// Without comments: a rule is the same with one, also to `ufw delete`.
std::vector<std::string> added_rules(const std::string& output) {
  std::vector<std::string> rules;
  std::istringstream lines(output);
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("ufw ")) rules.push_back(line.substr(4, line.find(" comment '") - 4));
  return rules;
}

// "Default: deny (incoming), allow (outgoing), disabled (routed)"
std::string default_policy(const std::string& status, std::string_view direction) {
  const auto at = status.find(fmt::format(" ({})", direction));
  if (at == std::string::npos) return "unknown";
  const auto begin = status.find_last_of(" :", at - 1) + 1;
  return status.substr(begin, at - begin);
}

// The arguments of a rule as ufw prints it: an application's name with a space in it stands between quotes ('Apache Full').
const std::string empty_rules = "empty file";
const std::string rules_directory = "/etc/ufw/";

std::vector<std::string> words(const std::string& text) {
  std::istringstream in(text);
  std::vector<std::string> out;
  for (std::string word; in >> std::quoted(word, '\'');) out.push_back(word);
  return out;
}

// Made by its package's postinst from templates, and not synced: after a power cut they were seen empty in a package that is installed.
const std::string templates = "/usr/share/ufw/iptables/";
constexpr std::array rules_files = {"before.rules", "before6.rules", "after.rules", "after6.rules", "user.rules", "user6.rules"};

Status observe_rules_files(const Probe& probe, Observation& seen) {
  for (const auto* name : rules_files) {
    AGENT_TRY_ASSIGN(auto info, probe.stat(rules_directory + name));
    if (info && info->size == 0) seen.drift(empty_rules, rules_directory + name, "as its package made it");
  }
  return {};
}

// Only those: the others may hold rules of the owner.
Status fill_rules_files(Host& host, const Observation& seen) {
  for (const auto& drift : seen.drifts) {
    if (drift.field != empty_rules) continue;
    AGENT_TRY_ASSIGN(auto text, host.read_file(templates + drift.observed.substr(rules_directory.size())));
    AGENT_TRY(host.write_file(drift.observed, text, {0640}));
  }
  return {};
}

// ufw's files decide whether IPv6 is filtered at all.
bool filters_ipv6(const Probe& probe) {
  auto text = probe.read_file("/etc/default/ufw");
  return text && ("\n" + *text).find("\nIPV6=yes") != std::string::npos;
}

}  // namespace

Ufw::Ufw(const Profile& profile, std::optional<NewConnection> session)
    : Resource({"ufw", {"packages", "tailscale/login", "ufw/revert"}, {}}), wanted_{tailnet_rule}, operator_access_(profile, std::move(session)) {
  for (const auto& rule : profile.ufw.allow) wanted_.insert(rule_text(rule));
}

Result<Observation> Ufw::observe(const Probe& probe) const {
  AGENT_TRY_ASSIGN(auto installed, probe.stat("/usr/sbin/ufw"));
  if (!installed) return Observation::blocked("packages: ufw is not installed");
  AGENT_TRY_ASSIGN(auto status, with_context(probe.query(Query::ufw_status()), "ufw status"));
  if (!status.ok()) return fail(Errc::failed, "ufw status: {}", status.err);
  AGENT_TRY_ASSIGN(auto added, with_context(probe.query(Query::ufw_added()), "ufw show added"));
  Observation seen;
  AGENT_TRY(firewall_rollback::observe(probe, seen));
  AGENT_TRY(observe_rules_files(probe, seen));
  const bool active = status.out.find("Status: active") != std::string::npos;
  seen.expect("status", active ? "active" : "inactive", "active");
  if (!filters_ipv6(probe)) seen.drift("IPv6", "not filtered", "filtered");
  if (active) {
    seen.expect("default incoming", default_policy(status.out, "incoming"), "deny");
    seen.expect("default outgoing", default_policy(status.out, "outgoing"), "allow");
    const bool v6 = status.out.find("Anywhere (v6) on tailscale0") != std::string::npos;
    if (!v6) seen.drift("rule for tailscale0, IPv6", "absent", tailnet_rule);
  }
  const auto rules = added_rules(added.out);
  for (const auto& wanted : wanted_)
    if (std::find(rules.begin(), rules.end(), wanted) == rules.end()) seen.drift("rule", "absent", wanted);
  for (const auto& rule : rules)
    if (!wanted_.contains(rule)) seen.drift("rule not in the profile", rule, "absent");
  return seen;
}

Status Ufw::apply(Host& host, const Observation& seen) {
  const bool reached_control = operator_access_.reaches_control(host);
  AGENT_TRY(firewall_rollback::begin(host));
  auto good = change(host, seen);
  if (good) good = operator_access_.is_open(host);
  // What could not be reached before either says nothing.
  if (good && reached_control && !operator_access_.reaches_control(host))
    good = fail(Errc::refused, "the tailnet's control server can no longer be reached: look for a rule of your own in /etc/ufw/before.rules");
  if (good) good = firewall_rollback::confirm(host);
  if (good) return firewall_rollback::clear(host);
  auto back = firewall_rollback::revert(host);
  if (!back)
    return fail(good.error().code, "{}; it is not put back yet, which is tried again within 3 minutes and at boot: {}", good.error().message,
                back.error().message);
  if (*back) return fail(good.error().code, "{}; the firewall was put back as it was", good.error().message);
  // Somebody took it away. A firewall that is not known to let anyone in must not stay.
  AGENT_TRY(run_ufw(host, {"disable"}));
  return fail(good.error().code, "{}; what was there before is not kept any more, so ufw was switched off", good.error().message);
}

Status Ufw::change(Host& host, const Observation& seen) const {
  AGENT_TRY(fill_rules_files(host, seen));
  if (seen.has("IPv6")) {
    AGENT_TRY_ASSIGN(auto text, host.read_file("/etc/default/ufw"));
    auto fixed = "\n" + text;
    if (const auto at = fixed.find("\nIPV6="); at != std::string::npos)
      fixed.replace(at + 1, fixed.find('\n', at + 1) - at - 1, "IPV6=yes");
    else
      fixed += "IPV6=yes\n";
    AGENT_TRY(host.write_file("/etc/default/ufw", fixed.substr(1), {0644}));
  }
  AGENT_TRY(run_ufw(host, {"default", "deny", "incoming"}));
  AGENT_TRY(run_ufw(host, {"default", "allow", "outgoing"}));
  for (const auto& rule : wanted_) AGENT_TRY(run_ufw(host, words(rule)));
  for (const auto& drift : seen.drifts) {
    if (drift.field != "rule not in the profile") continue;
    host.progress(fmt::format("ufw: removing the rule `{}`, which the profile does not list", drift.observed));
    auto arguments = words(drift.observed);
    const bool routed = arguments.front() == "route";  // ufw(8): `ufw route delete RULE`
    arguments.insert(arguments.begin() + (routed ? 1 : 0), "delete");
    arguments.insert(arguments.begin(), "--force");
    AGENT_TRY(run_ufw(host, arguments));
  }
  // Also when it is active: it loads what changed in IPV6 and what someone flushed by hand.
  if (!seen.has("status")) AGENT_TRY(run_ufw(host, {"reload"}));
  return run_ufw(host, {"--force", "enable"});
}

}  // namespace agent
