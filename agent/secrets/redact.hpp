// SPDX-License-Identifier: Apache-2.0
// The second layer under Secret: whatever is printed, logged or reported passes through redact(), and the
// seal knows by the same function what a copy is.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace agent {

// Remembers a value that must never be shown, for the life of the process. Values under 6 bytes are ignored:
// replacing them would only garble output. Thread-safe.
void register_secret(std::string_view value);

// What the seal writes over a secret in a file of others, byte by byte.
inline constexpr char overwrite_char = 'x';

struct Span {
  std::size_t begin = 0;
  std::size_t size = 0;
  bool operator==(const Span&) const = default;
};

// Where the text holds a registered value, in any of the forms of secret_forms.hpp, or what begins like a
// token of this field (token_forms.hpp): in order, none touching another. Thread-safe.
[[nodiscard]] std::vector<Span> secret_spans(std::string_view text);

// The text with each of these replaced by "[redacted]". Thread-safe.
[[nodiscard]] std::string redact(std::string_view text);

}  // namespace agent
