// SPDX-License-Identifier: Apache-2.0
// The second layer of protection, after Secret: everything that is printed, logged or reported passes through
// redact(). The seal uses the same definition to find copies.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace agent {

// Registers a value that must never be shown, until the process ends. Values shorter than 6 bytes are
// ignored: replacing them would only garble output. Thread-safe.
void register_secret(std::string_view value);

// The character that the seal writes over each byte of a secret in files of other programs.
inline constexpr char overwrite_char = 'x';

struct Span {
  std::size_t begin = 0;
  std::size_t size = 0;
  bool operator==(const Span&) const = default;
};

// Where the text contains a registered value, in any form of secret_forms.hpp, or a text that begins like a
// known kind of token (token_forms.hpp). In order; spans do not touch. Thread-safe.
[[nodiscard]] std::vector<Span> secret_spans(std::string_view text);

// The text with each such span replaced by "[redacted]". Thread-safe.
[[nodiscard]] std::string redact(std::string_view text);

}  // namespace agent
