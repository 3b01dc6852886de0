// SPDX-License-Identifier: Apache-2.0
#include "resources/common/listening_sockets.hpp"

#include <charconv>
#include <sstream>

namespace agent {
namespace {

constexpr std::string_view listen_state = "0A";

unsigned hex(std::string_view digits) {
  unsigned value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  return value;
}

// The address is printed as 32-bit words in host byte order; both of our architectures are little-endian.
std::string shown(const std::string& address) {
  if (address.size() != 8)
    return address.find_first_not_of('0') == std::string::npos ? "[::]" : "[" + address + "]";
  const auto word = hex(address);
  return fmt::format("{}.{}.{}.{}", word & 0xffU, word >> 8U & 0xffU, word >> 16U & 0xffU, word >> 24U);
}

bool is_loopback(const std::string& address) {
  if (address.size() == 8) return address.ends_with("7F");                            // 127.0.0.0/8
  if (address == "00000000000000000000000001000000") return true;                     // ::1
  return address.starts_with("0000000000000000FFFF0000") && address.ends_with("7F");  // ::ffff:127.0.0.0/104
}

void collect(const std::string& table, std::vector<ListeningSocket>& out) {
  std::istringstream lines(table);
  std::string line;
  std::getline(lines, line);  // the heading
  while (std::getline(lines, line)) {
    std::istringstream fields(line);
    std::string slot, local, remote, state, queues, timer, retransmits, uid, timeout, inode;
    if (!(fields >> slot >> local >> remote >> state >> queues >> timer >> retransmits >> uid) ||
        state != listen_state)
      continue;
    const auto colon = local.find(':');
    if (colon == std::string::npos) continue;
    const auto address = local.substr(0, colon);
    ListeningSocket socket;
    socket.address = shown(address);
    socket.port = static_cast<std::uint16_t>(hex(std::string_view(local).substr(colon + 1)));
    socket.loopback = is_loopback(address);
    std::from_chars(uid.data(), uid.data() + uid.size(), socket.uid);
    if (fields >> timeout >> inode) socket.inode = inode;
    out.push_back(socket);
  }
}

bool is_number(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

// The first process that has the socket open; empty when none is seen.
std::string holder_of(const Probe& probe, const std::string& inode) {
  const auto processes = probe.list("/proc");
  const auto wanted = fmt::format("socket:[{}]", inode);
  for (const auto& pid : processes ? *processes : std::vector<std::string>()) {
    if (!is_number(pid)) continue;
    const auto directory = "/proc/" + pid + "/fd";
    const auto descriptors = probe.list(directory);
    for (const auto& fd : descriptors ? *descriptors : std::vector<std::string>())
      if (const auto target = probe.read_link(directory + "/" + fd); target && *target == wanted) return pid;
  }
  return {};
}

std::string first_line(const Probe& probe, const std::string& path) {
  const auto text = probe.read_file(path);
  return text ? text->substr(0, text->find('\n')) : std::string();
}

// The line of the unified hierarchy; others may be mounted as well, and come before it.
std::string unified_cgroup(const Probe& probe, const std::string& pid) {
  const auto text = probe.read_file("/proc/" + pid + "/cgroup");
  std::istringstream lines(text ? *text : std::string());
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("0::")) return line;
  return {};
}

// cgroups(7): "0::/user.slice/user-1000.slice/user@1000.service/app.slice/NAME.service".
bool is_in_unit(const std::string& cgroup, const User& user, std::string_view unit) {
  const auto path = cgroup + "/";
  return path.find(fmt::format("/user@{}.service/", user.uid)) != std::string::npos &&
         path.find(fmt::format("/{}/", unit)) != std::string::npos;
}

std::string unit_in(const std::string& cgroup) {
  const auto last = cgroup.substr(cgroup.rfind('/') + 1);
  return last.ends_with(".service") ? last : std::string();
}

}  // namespace

Result<std::optional<PortHolder>> foreign_port_holder(const Probe& probe, std::uint16_t port,
                                                      const User& user, std::string_view unit) {
  AGENT_TRY_ASSIGN(const auto sockets, listening_sockets(probe));
  for (const auto& socket : sockets) {
    if (socket.port != port) continue;
    const auto pid = socket.inode.empty() ? std::string() : holder_of(probe, socket.inode);
    if (pid.empty()) {
      if (socket.uid != user.uid)
        return PortHolder{fmt::format("a process of uid {} that is not to be seen", socket.uid), "end it"};
      continue;
    }
    const auto cgroup = unified_cgroup(probe, pid);
    if (is_in_unit(cgroup, user, unit)) continue;
    const auto name = unit_in(cgroup);
    const bool of_system = cgroup.find("/system.slice/") != std::string::npos && !name.empty();
    return PortHolder{fmt::format("{} (pid {}, uid {}{}{})", first_line(probe, "/proc/" + pid + "/comm"), pid,
                                  socket.uid, name.empty() ? "" : ", ", name),
                      of_system ? "systemctl stop " + name : "kill " + pid};
  }
  return std::optional<PortHolder>();
}

Result<std::vector<ListeningSocket>> listening_sockets(const Probe& probe) {
  std::vector<ListeningSocket> sockets;
  for (const char* table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
    auto text = probe.read_file(table, 4U << 20U);
    if (!text && text.error().code == Errc::not_found) continue;  // a kernel without IPv6
    if (!text) return pass(std::move(text));
    collect(*text, sockets);
  }
  return sockets;
}

}  // namespace agent
