// SPDX-License-Identifier: Apache-2.0
#include "platform/net/packet.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>

namespace agent {
namespace {

constexpr std::size_t v4_header = 20;
constexpr std::size_t v6_header = 40;
constexpr std::size_t tcp_header = 20;
constexpr unsigned char syn = 0x02;
constexpr unsigned char syn_ack = 0x12;

void put16(Bytes& out, std::size_t at, std::uint16_t value) {
  out[at] = static_cast<unsigned char>(value >> 8U);
  out[at + 1] = static_cast<unsigned char>(value & 0xffU);
}

// RFC 1071, over an even number of bytes.
std::uint16_t checksum(const Bytes& bytes) {
  std::uint32_t sum = 0;
  for (std::size_t at = 0; at + 1 < bytes.size(); at += 2)
    sum += static_cast<std::uint32_t>(bytes[at] << 8U | bytes[at + 1]);
  while (sum > 0xffffU) sum = (sum & 0xffffU) + (sum >> 16U);
  return static_cast<std::uint16_t>(~sum);
}

void append(Bytes& out, const Bytes& more) { out.insert(out.end(), more.begin(), more.end()); }

// RFC 9293, 3.1
Bytes tcp(const Bytes& from, std::uint16_t from_port, const Bytes& to, std::uint16_t port) {
  Bytes header(tcp_header);
  put16(header, 0, from_port);
  put16(header, 2, port);
  header[12] = (tcp_header / 4) << 4U;
  header[13] = syn;
  put16(header, 14, 1024);  // window
  Bytes summed = header;
  append(summed, from);
  append(summed, to);
  append(summed, {0, IPPROTO_TCP, 0, tcp_header});  // the rest of the pseudo header, for both versions
  put16(header, 16, checksum(summed));
  return header;
}

}  // namespace

Bytes address_bytes(const std::string& text) {
  const bool v6 = text.find(':') != std::string::npos;
  Bytes bytes(v6 ? sizeof(in6_addr) : sizeof(in_addr));
  return inet_pton(v6 ? AF_INET6 : AF_INET, text.c_str(), bytes.data()) == 1 ? bytes : Bytes();
}

Bytes first_packet(const Bytes& from, std::uint16_t from_port, const Bytes& to, std::uint16_t port) {
  const bool v6 = to.size() == sizeof(in6_addr);
  Bytes packet(v6 ? 8 : v4_header - 2 * sizeof(in_addr));
  if (v6) {  // RFC 8200, 3
    packet[0] = 6U << 4U;
    put16(packet, 4, tcp_header);
    packet[6] = IPPROTO_TCP;
    packet[7] = 64;  // hop limit
  } else {           // RFC 791, 3.1
    packet[0] = 4U << 4U | v4_header / 4;
    put16(packet, 2, v4_header + tcp_header);
    packet[8] = 64;  // time to live
    packet[9] = IPPROTO_TCP;
  }
  append(packet, from);
  append(packet, to);
  if (!v6) put16(packet, 10, checksum(packet));
  append(packet, tcp(from, from_port, to, port));
  return packet;
}

bool is_syn_ack(const unsigned char* packet, std::size_t size, std::uint16_t from_port) {
  if (size < v4_header) return false;
  const bool v6 = packet[0] >> 4U == 6;
  const std::size_t header = v6 ? v6_header : std::size_t(4) * (packet[0] & 0xfU);
  if (size < header + tcp_header || packet[v6 ? 6 : 9] != IPPROTO_TCP) return false;
  const unsigned char* tcp = packet + header;
  return (tcp[2] << 8U | tcp[3]) == from_port && tcp[13] == syn_ack;
}

}  // namespace agent
