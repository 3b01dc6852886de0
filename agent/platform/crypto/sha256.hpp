// SPDX-License-Identifier: Apache-2.0
// SHA-256, computed piece by piece. It uses libsodium, because the two TLS libraries (development, release)
// have no common interface for it.
#pragma once

#include <sodium/crypto_hash_sha256.h>

#include <string>
#include <string_view>

namespace agent {

class Sha256 {
 public:
  Sha256() { crypto_hash_sha256_init(&state_); }
  void update(std::string_view data);
  // 64 lower-case hex digits, for all data so far. More data may follow.
  [[nodiscard]] std::string hex() const;

 private:
  crypto_hash_sha256_state state_{};
};

[[nodiscard]] std::string sha256_hex(std::string_view data);

}  // namespace agent
