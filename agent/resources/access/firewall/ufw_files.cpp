// SPDX-License-Identifier: Apache-2.0
#include "resources/access/firewall/ufw_files.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace agent::ufw_files {
namespace {

const std::string defaults = "/etc/default/ufw";
const std::string directory = "/etc/ufw/";

// The rule files are made from these templates by the package's postinst, and are not synced. After a power
// cut they were seen empty, while the package was installed.
const std::string templates = "/usr/share/ufw/iptables/";
// ufw 0.36 (src/backend.py): without these each of its commands ends with "Missing policy for …".
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> needed = {
    {{"DEFAULT_INPUT_POLICY", "\"DROP\""},
     {"DEFAULT_OUTPUT_POLICY", "\"ACCEPT\""},
     {"DEFAULT_FORWARD_POLICY", "\"DROP\""},
     {"DEFAULT_APPLICATION_POLICY", "\"SKIP\""}}};
constexpr std::array names = {"before.rules", "before6.rules", "after.rules",
                              "after6.rules", "user.rules",    "user6.rules"};

}  // namespace

Result<std::vector<std::string>> empty(const Probe& probe) {
  std::vector<std::string> files;
  for (const auto* name : names) {
    AGENT_TRY_ASSIGN(const auto info, probe.stat(directory + name));
    if (info && info->size == 0) files.push_back(directory + name);
  }
  return files;
}

Status fill(Host& host, const std::vector<std::string>& files) {
  for (const auto& file : files) {
    AGENT_TRY_ASSIGN(const auto text, host.read_file(templates + file.substr(file.rfind('/') + 1)));
    AGENT_TRY(host.write_file(file, text, {0640}));
  }
  return {};
}

std::vector<std::string> missing_settings(const Probe& probe) {
  const auto text = probe.read_file(defaults);
  std::vector<std::string> missing;
  for (const auto& [key, value] : needed)
    if (!text || ("\n" + *text).find(fmt::format("\n{}=", key)) == std::string::npos)
      missing.emplace_back(key);
  return missing;
}

Status add_missing_settings(Host& host) {
  const auto missing = missing_settings(host);
  auto text = host.read_file(defaults);
  if (!text && text.error().code != Errc::not_found) return pass(std::move(text));
  auto all = text ? *text : std::string();
  if (!all.empty() && !all.ends_with('\n')) all += '\n';
  for (const auto& [key, value] : needed)
    if (std::find(missing.begin(), missing.end(), key) != missing.end())
      all += fmt::format("{}={}\n", key, value);
  return host.write_file(defaults, all, {0644});
}

bool kernel_has_ipv6(const Probe& probe) {
  const auto there = probe.exists("/proc/net/if_inet6");
  return there && *there;
}

bool filter_ipv6(const Probe& probe) {
  const auto text = probe.read_file(defaults);
  return text && ("\n" + *text).find("\nIPV6=yes") != std::string::npos;
}

Status make_filter_ipv6(Host& host) {
  AGENT_TRY_ASSIGN(const auto text, host.read_file(defaults));
  auto fixed = "\n" + text;
  if (const auto at = fixed.find("\nIPV6="); at != std::string::npos)
    fixed.replace(at + 1, fixed.find('\n', at + 1) - at - 1, "IPV6=yes");
  else
    fixed += "IPV6=yes\n";
  return host.write_file(defaults, fixed.substr(1), {0644});
}

}  // namespace agent::ufw_files
