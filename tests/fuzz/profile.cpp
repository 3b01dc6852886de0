// SPDX-License-Identifier: Apache-2.0
// A profile: the owner's text over the embedded default. An accepted profile must be accepted again, with the
// same values.
#include "embedded.hpp"
#include "fuzz.hpp"
#include "profile/load.hpp"

namespace agent::fuzz {
namespace {

std::string list(const std::vector<std::string>& items) {
  return fmt::format("[{}]", fmt::join(items, ", "));
}
std::string quoted(const std::string& text) {
  return "'" + text + "'";
}  // no accepted text has a quote in it

std::string download(const PinnedDownload& from) {
  return fmt::format("{{url: '{}', sha256: {{x86_64: '{}', aarch64: '{}'}}}}", from.url,
                     from.sha256.at("x86_64"), from.sha256.at("aarch64"));
}

// Every key.
std::string dump(const Profile& p) {
  std::vector<std::string> packages;
  for (const auto& name : p.packages) packages.push_back(quoted(name));
  std::vector<std::string> tags;
  for (const auto& tag : p.tailscale.tags) tags.push_back(quoted(tag));
  std::vector<std::string> rules;
  for (const auto& rule : p.ufw.allow)
    rules.push_back(fmt::format("{{port: {}, protocol: {}{}}}", rule.port, rule.protocol,
                                rule.from.empty() ? "" : ", from: " + quoted(rule.from)));
  auto out = fmt::format("user: '{}'\npackages: {}\nallow_insecure_urls: {}\n", p.user, list(packages),
                         p.allow_insecure_urls);
  out += fmt::format(
      "tailscale:\n  version: '{}'\n  download: {}\n  control_url: '{}'\n  rejoin_on_control_url_change: "
      "{}\n  hostname: '{}'\n"
      "  ssh: {}\n  tags: {}\n  join_timeout: {}s\n  key_expiry_warning: {}d\n",
      p.tailscale.version, download(p.tailscale.download), p.tailscale.control_url,
      p.tailscale.rejoin_on_control_url_change, p.tailscale.hostname, p.tailscale.ssh, list(tags),
      p.tailscale.join_timeout.count(), p.tailscale.key_expiry_warning.count());
  out += fmt::format("ufw: {{allow: {}}}\nnode:\n  version: '{}'\n  download: {}\n", list(rules),
                     p.node.version, download(p.node.download));
  out += fmt::format("openclaw:\n  version: '{}'\n  registry: '{}'\n  model: '{}'\n  install_timeout: {}s\n",
                     p.openclaw.version, p.openclaw.registry, p.openclaw.model,
                     p.openclaw.install_timeout.count());
  if (!p.openclaw.lock.url.empty())
    out += fmt::format("  lock: {{url: '{}', sha256: '{}'}}\n", p.openclaw.lock.url, p.openclaw.lock.sha256);
  out += fmt::format("gateway: {{port: {}, ready_timeout: {}s}}\n", p.gateway.port,
                     p.gateway.ready_timeout.count());
  out += fmt::format(
      "limits: {{download_mib: {}, unpacked_mib: {}, unpacked_entries: {}, download_timeout: {}s, "
      "dpkg_lock_timeout: {}s, "
      "apt_timeout: {}s}}\nreconcile_timer: {}\nretry_for: {}h\nkeep_unconsumed_secrets: {}h\n",
      p.limits.download_mib, p.limits.unpacked_mib, p.limits.unpacked_entries,
      p.limits.download_timeout.count(), p.limits.dpkg_lock_timeout.count(), p.limits.apt_timeout.count(),
      p.reconcile_timer, p.retry_for.count(), p.keep_unconsumed_secrets.count());
  return out;
}

// Without its comments, which are most of the text and the same in millions of runs.
const std::string& default_text() {
  static const std::string text = [] {
    std::string out;
    for (std::string_view rest = embedded::default_yaml; !rest.empty();) {
      const auto line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(std::min(line.size() + 1, rest.size()));
      if (!line.starts_with('#')) out.append(line).append("\n");
    }
    return out;
  }();
  return text;
}

void require_readable(const Error& error) {
  require_error(error, {Errc::invalid});
  for (std::string_view rest = error.message; !rest.empty();) {
    const auto line = rest.substr(0, rest.find('\n'));
    rest.remove_prefix(std::min(line.size() + 1, rest.size()));
    require(line.starts_with("mine.yaml:"), "each line names the file: " + error.message);
    require(std::all_of(line.begin(), line.end(), [](char c) { return c >= ' ' && c <= '~'; }),
            "nothing of the file reaches the terminal as it is: " + error.message);
  }
}

}  // namespace

void run(std::string_view input) {
  const auto profile = load_profile(default_text(), input, "mine.yaml");
  if (!profile) return require_readable(profile.error());
  const auto text = dump(*profile);
  const auto again = load_profile(default_text(), text, "again.yaml");
  require(again.has_value(), "what was accepted is accepted again: " + (again ? "" : again.error().message));
  require(dump(*again) == text, "it is the same profile: " + text);
}

}  // namespace agent::fuzz
