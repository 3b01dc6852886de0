// SPDX-License-Identifier: Apache-2.0
#include "resources/access/groups.hpp"

#include <algorithm>
#include <array>
#include <sstream>

namespace agent {
namespace {

// adm and systemd-journal read the logs, shadow the hashes of passwords; staff may write /usr/local on
// Debian.
constexpr std::array<std::string_view, 15> groups_with_power = {
    "root",    "sudo", "wheel", "admin",  "docker", "lxd", "incus",          "incus-admin",
    "libvirt", "disk", "kmem",  "shadow", "staff",  "adm", "systemd-journal"};

bool has_power(std::string_view name) {
  return std::find(groups_with_power.begin(), groups_with_power.end(), name) != groups_with_power.end();
}

// The group ids of a process: "Groups:\t4 27 1000 ".
std::vector<std::string> ids_of(const std::string& status) {
  const auto at = ("\n" + status).find("\nGroups:");
  if (at == std::string::npos) return {};
  std::istringstream words(status.substr(at + 7, status.find('\n', at) - at - 7));
  return {std::istream_iterator<std::string>(words), {}};
}

}  // namespace

std::vector<std::string> powerful_groups(const User& user) {
  std::vector<std::string> groups;
  for (const auto group : groups_with_power)
    if (std::find(user.groups.begin(), user.groups.end(), group) != user.groups.end())
      groups.emplace_back(group);
  return groups;
}

std::vector<std::string> powerful_groups(const Probe& probe, pid_t pid) {
  const auto status = probe.read_file(fmt::format("/proc/{}/status", pid));
  const auto table = probe.read_file("/etc/group");
  if (!status || !table) return {};
  const auto ids = ids_of(*status);
  std::vector<std::string> groups;
  std::istringstream lines(*table);
  std::string name, password, id;
  for (std::string line; std::getline(lines, line);) {  // group(5): name:password:id:members
    std::istringstream fields(line);
    std::getline(fields, name, ':');
    std::getline(fields, password, ':');
    std::getline(fields, id, ':');
    if (has_power(name) && std::find(ids.begin(), ids.end(), id) != ids.end()) groups.push_back(name);
  }
  return groups;
}

}  // namespace agent
