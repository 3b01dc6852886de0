// SPDX-License-Identifier: Apache-2.0
// The first packet of a TCP connection, and the answer to it, as bytes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace agent {

using Bytes = std::vector<unsigned char>;

// The 4 or 16 bytes of an address in text form; empty when the text is not an address.
[[nodiscard]] Bytes address_bytes(const std::string& text);

// A SYN packet for `port`, IPv4 or IPv6 by the size of the addresses.
[[nodiscard]] Bytes first_packet(const Bytes& from, std::uint16_t from_port, const Bytes& to,
                                 std::uint16_t port);

// Whether a packet is the SYN+ACK that answers the first_packet() from `from_port`.
[[nodiscard]] bool is_syn_ack(const unsigned char* packet, std::size_t size, std::uint16_t from_port);

}  // namespace agent
