// SPDX-License-Identifier: Apache-2.0
// minisign signatures (https://jedisct1.github.io/minisign/), verified with libsodium.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace agent {

struct SigningKey {
  std::array<unsigned char, 8> id{};
  std::array<unsigned char, 32> point{};  // Ed25519's public key
};

// Parses the base64 line of a minisign public key, or the whole file of two lines. Errc::invalid.
[[nodiscard]] Result<SigningKey> parse_signing_key(std::string_view text);

// As minisign shows it: upper-case hex digits, without leading zeros.
[[nodiscard]] std::string id_of(const SigningKey& key);

// Returns the trusted comment of `signature` (the contents of a .minisig file) when `key` has signed both
// `content` and that comment. Errc::invalid: not the contents of a .minisig file. Errc::refused: key, content
// or comment is wrong; the message says which. Only prehashed signatures are accepted: they are minisign's
// default, and a second form would only add risk.
[[nodiscard]] Result<std::string> trusted_comment(std::string_view content, std::string_view signature,
                                                  const SigningKey& key);

}  // namespace agent
