// SPDX-License-Identifier: Apache-2.0
#include "platform/crypto/sha256.hpp"

#include <fmt/format.h>

#include <array>

namespace agent {

void Sha256::update(std::string_view data) {
  crypto_hash_sha256_update(&state_, reinterpret_cast<const unsigned char*>(data.data()), data.size());
}

std::string Sha256::hex() const {
  auto state = state_;  // a copy, because crypto_hash_sha256_final() ends the state
  std::array<unsigned char, crypto_hash_sha256_BYTES> digest{};
  crypto_hash_sha256_final(&state, digest.data());
  return fmt::format("{:02x}", fmt::join(digest, ""));
}

std::string sha256_hex(std::string_view data) {
  Sha256 hash;
  hash.update(data);
  return hash.hex();
}

}  // namespace agent
