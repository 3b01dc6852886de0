// SHA-256 (FIPS 180-4), fed piece by piece. Our own: the two TLS libraries the agent is built with
// (development, release) have no common interface for it, and it is a page of code with published test
// vectors.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace agent {

class Sha256 {
 public:
  void update(std::string_view data);
  // 64 lower-case hex digits of all data so far. More may follow.
  [[nodiscard]] std::string hex() const;

 private:
  static constexpr std::size_t block_size = 64;

  void absorb(const unsigned char* block);

  std::array<std::uint32_t, 8> state_ = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                         0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};
  std::array<unsigned char, block_size> pending_{};  // the part of a block that is not full yet
  std::size_t pending_size_ = 0;
  std::uint64_t total_ = 0;
};

[[nodiscard]] std::string sha256_hex(std::string_view data);

}  // namespace agent
