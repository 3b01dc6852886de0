#include "platform/sha256.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <utility>

namespace agent {
namespace {

using Words = std::array<std::uint32_t, 8>;

// FIPS 180-4, 4.2.2
constexpr std::array<std::uint32_t, 64> k = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

std::uint32_t big_endian(const unsigned char* p) {
  return std::uint32_t{p[0]} << 24U | std::uint32_t{p[1]} << 16U | std::uint32_t{p[2]} << 8U |
         std::uint32_t{p[3]};
}

// One round (6.2.2, step 3). Instead of moving eight variables along, round i reads them shifted by i: eight
// rounds in a row are back where they began, so that they stay in registers.
template <std::size_t i>
[[gnu::always_inline]] inline void round(Words& v, std::uint32_t word) {
  const auto at = [&v](std::size_t n) -> std::uint32_t& { return v[(n + 8 - i) % 8]; };
  const auto a = at(0);
  const auto e = at(4);
  const auto t1 =
      at(7) + (std::rotr(e, 6) ^ std::rotr(e, 11) ^ std::rotr(e, 25)) + ((e & at(5)) ^ (~e & at(6))) + word;
  const auto t2 =
      (std::rotr(a, 2) ^ std::rotr(a, 13) ^ std::rotr(a, 22)) + ((a & at(1)) ^ (a & at(2)) ^ (at(1) & at(2)));
  at(3) += t1;
  at(7) = t1 + t2;
}

}  // namespace

void Sha256::absorb(const unsigned char* block) {
  std::array<std::uint32_t, 64> w{};
  for (std::size_t i = 0; i < 16; ++i) w[i] = big_endian(block + 4 * i);
  for (std::size_t i = 16; i < 64; ++i) {
    const auto s0 = std::rotr(w[i - 15], 7) ^ std::rotr(w[i - 15], 18) ^ (w[i - 15] >> 3U);
    const auto s1 = std::rotr(w[i - 2], 17) ^ std::rotr(w[i - 2], 19) ^ (w[i - 2] >> 10U);
    w[i] = w[i - 16] + s0 + w[i - 7] + s1;
  }
  auto v = state_;
  for (std::size_t at = 0; at < 64; at += 8) [&]<std::size_t... i>(std::index_sequence<i...>) {
      (round<i>(v, k[at + i] + w[at + i]), ...);
    }
  (std::make_index_sequence<8>());
  for (std::size_t i = 0; i < 8; ++i) state_[i] += v[i];
}

void Sha256::update(std::string_view data) {
  total_ += data.size();
  const auto* bytes = reinterpret_cast<const unsigned char*>(data.data());
  auto size = data.size();
  if (pending_size_ > 0) {
    const auto taken = std::min(size, block_size - pending_size_);
    std::memcpy(pending_.data() + pending_size_, bytes, taken);
    pending_size_ += taken;
    bytes += taken;
    size -= taken;
    if (pending_size_ < block_size) return;
    absorb(pending_.data());
  }
  for (; size >= block_size; bytes += block_size, size -= block_size) absorb(bytes);
  if (size > 0) std::memcpy(pending_.data(), bytes, size);
  pending_size_ = size;
}

std::string Sha256::hex() const {
  Sha256 copy = *this;
  // 5.1.1: a one bit, zeros up to 8 bytes before a block's end, and the length in bits, big-endian.
  std::string padding(1, '\x80');
  padding.resize(1 + (block_size * 2 - 9 - pending_size_) % block_size, '\0');
  for (unsigned shift = 64; shift > 0; shift -= 8) padding += static_cast<char>(total_ * 8 >> (shift - 8));
  copy.update(padding);
  std::string out;
  for (const auto word : copy.state_) out += fmt::format("{:08x}", word);
  return out;
}

std::string sha256_hex(std::string_view data) {
  Sha256 hash;
  hash.update(data);
  return hash.hex();
}

}  // namespace agent
