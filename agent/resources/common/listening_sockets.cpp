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
    std::string slot, local, remote, state, queues, timer, retransmits, uid;
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
    out.push_back(socket);
  }
}

}  // namespace

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
