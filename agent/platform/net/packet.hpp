// SPDX-License-Identifier: Apache-2.0
// The first packet of a TCP connection, and the answer to it, as bytes on the wire.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace agent {

using Bytes = std::vector<unsigned char>;

// The 4 or 16 bytes of an address in text; empty when it is none.
[[nodiscard]] Bytes address_bytes(const std::string& text);

// An IPv4 or IPv6 packet (by the size of the addresses) that asks for a connection to `port`: a SYN.
[[nodiscard]] Bytes first_packet(const Bytes& from, std::uint16_t from_port, const Bytes& to,
                                 std::uint16_t port);

// Whether a packet is the SYN+ACK that answers the first_packet() from `from_port`.
[[nodiscard]] bool is_syn_ack(const unsigned char* packet, std::size_t size, std::uint16_t from_port);

}  // namespace agent
