// SPDX-License-Identifier: Apache-2.0
#include "profile/schema.hpp"

#include <algorithm>
#include <tuple>

#include "profile/readers.hpp"
#include "profile/secret_table.hpp"

namespace agent::parsing {
namespace {

using namespace std::chrono_literals;

constexpr auto day = 24h;
constexpr auto whole_port_range = 65535;

auto as_tuple(const InboundRule& rule) { return std::tie(rule.port, rule.protocol, rule.from); }

Read inbound_rules(std::vector<InboundRule>& out) {
  return [&out](Node& value, const std::string& key, Problems& problems) {
    if (!expect_list(value, key, problems)) return;
    std::vector<InboundRule> rules;
    for (auto& child : value.children) {
      const auto label = fmt::format("{}[{}]", key, rules.size());
      const auto before = problems.size();
      InboundRule rule;
      read_keys(child, inbound_rule_keys(rule), label + ".", Presence::all_required, problems);
      const bool is_twice = std::any_of(rules.begin(), rules.end(), [&](const InboundRule& each) {
        return as_tuple(each) == as_tuple(rule);
      });
      if (is_twice && problems.size() == before) problems.add(child.at, label, "appears twice; keep one");
      rules.push_back(std::move(rule));
    }
    out = std::move(rules);
  };
}

}  // namespace

std::vector<Key> inbound_rule_keys(InboundRule& rule) {
  return {
      {"port", number(rule.port, 1, whole_port_range)},
      {"protocol", choice(rule.protocol, {"tcp", "udp"})},
      {"from", text(rule.from, network), false},
  };
}

std::vector<Key> profile_keys(Profile& p) {
  const auto& http = p.allow_insecure_urls;
  return {
      {"allow_insecure_urls", boolean(p.allow_insecure_urls)},  // first, because the URLs below use it
      {"user", text(p.user, user_name)},
      {"packages", texts(p.packages, package_name)},

      {"tailscale.version", text(p.tailscale.version, exact_version)},
      {"tailscale.download.url", link(p.tailscale.download.url, {"version", "arch"}, http)},
      {"tailscale.download.sha256.x86_64", text(p.tailscale.download.sha256["x86_64"], sha256_digits)},
      {"tailscale.download.sha256.aarch64", text(p.tailscale.download.sha256["aarch64"], sha256_digits)},
      {"tailscale.control_url", link(p.tailscale.control_url, {}, http)},
      {"tailscale.rejoin_on_control_url_change", boolean(p.tailscale.rejoin_on_control_url_change)},
      {"tailscale.hostname", text(p.tailscale.hostname, host_label)},
      {"tailscale.ssh", boolean(p.tailscale.ssh)},
      {"tailscale.tags", texts(p.tailscale.tags, node_tag)},
      {"tailscale.join_timeout", period(p.tailscale.join_timeout, 1s, day)},
      {"tailscale.key_expiry_warning", period(p.tailscale.key_expiry_warning, day, 365 * day)},

      {"ufw.allow", inbound_rules(p.ufw.allow)},

      {"node.version", text(p.node.version, exact_version)},
      {"node.download.url", link(p.node.download.url, {"version", "arch"}, http)},
      {"node.download.sha256.x86_64", text(p.node.download.sha256["x86_64"], sha256_digits)},
      {"node.download.sha256.aarch64", text(p.node.download.sha256["aarch64"], sha256_digits)},

      {"openclaw.version", text(p.openclaw.version, exact_version)},
      {"openclaw.registry", link(p.openclaw.registry, {}, http)},
      {"openclaw.lock.url", link(p.openclaw.lock.url, {"version"}, http), false},
      {"openclaw.lock.sha256", text(p.openclaw.lock.sha256, sha256_digits), false},
      {"openclaw.model", text(p.openclaw.model, model_name)},
      {"openclaw.install_timeout", period(p.openclaw.install_timeout, 1s, day)},

      {"gateway.port", number(p.gateway.port, 1024, whole_port_range)},  // below 1024 needs root
      {"gateway.ready_timeout", period(p.gateway.ready_timeout, 1s, day)},

      {"limits.download_mib", number(p.limits.download_mib, 1, 65536)},
      {"limits.unpacked_mib", number(p.limits.unpacked_mib, 1, 65536)},
      {"limits.unpacked_entries", number(p.limits.unpacked_entries, 1, 10'000'000)},
      {"limits.download_timeout", period(p.limits.download_timeout, 1s, day)},
      {"limits.dpkg_lock_timeout", period(p.limits.dpkg_lock_timeout, 1s, day)},
      {"limits.apt_timeout", period(p.limits.apt_timeout, 1s, day)},

      {"reconcile_timer", boolean(p.reconcile_timer)},
      {"retry_for", period(p.retry_for, 0h, 30 * day)},
      {"keep_unconsumed_secrets", period(p.keep_unconsumed_secrets, 1h, 30 * day)},
  };
}

namespace {

// Reads a value or, where the row allows it, the word that asks for a generated value.
Read value_or_word(Secrets& s, const SecretRow& row) {
  return [&s, &row, given = secret(s.*row.value, row.parse)](Node& value, const std::string& key,
                                                             Problems& problems) {
    const bool word =
        row.generate != nullptr && value.kind == Node::Kind::scalar && value.text == generate_word;
    if (row.generate != nullptr) s.*row.generate = word;
    if (!word) given(value, key, problems);
  };
}

}  // namespace

std::vector<Key> secret_keys(Secrets& s) {
  std::vector<Key> keys;
  for (const auto& row : secret_table()) keys.push_back({std::string(row.key), value_or_word(s, row)});
  return keys;
}

}  // namespace agent::parsing
