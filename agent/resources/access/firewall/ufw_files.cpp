// SPDX-License-Identifier: Apache-2.0
#include "resources/access/firewall/ufw_files.hpp"

#include <array>

namespace agent::ufw_files {
namespace {

const std::string defaults = "/etc/default/ufw";
const std::string directory = "/etc/ufw/";

// The rule files are made from these templates by the package's postinst, and are not synced. After a power
// cut they were seen empty, while the package was installed.
const std::string templates = "/usr/share/ufw/iptables/";
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
