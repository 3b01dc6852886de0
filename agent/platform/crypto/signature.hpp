// SPDX-License-Identifier: Apache-2.0
// Signatures of minisign (https://jedisct1.github.io/minisign/), checked with libsodium.
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

// From the base64 line of a minisign public key, or the file of two lines it stands in. Errc::invalid.
[[nodiscard]] Result<SigningKey> parse_signing_key(std::string_view text);

// As minisign shows it: upper-case hex digits, without zeros before them.
[[nodiscard]] std::string id_of(const SigningKey& key);

// The trusted comment of `signature`, which is the contents of a .minisig file, when `key` has signed both
// `content` and that comment. Errc::invalid: no such file; Errc::refused: which of key, content and comment
// is another. Only prehashed signatures are accepted: they are what minisign makes unless told otherwise, and
// a second form would only be more to get wrong.
[[nodiscard]] Result<std::string> trusted_comment(std::string_view content, std::string_view signature,
                                                  const SigningKey& key);

}  // namespace agent
