// SPDX-License-Identifier: Apache-2.0
#include "resources/seal/base64.hpp"

#include <cstdint>

#include "secrets/secret.hpp"

namespace agent {
namespace {

constexpr std::size_t shortest = 16;  // characters; fewer hold no secret

// The six bits of a character, or -1.
int bits(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  return c == '+' ? 62 : c == '/' ? 63 : -1;
}

// Removes the piece of base64 at the start of the text, and returns it without line ends. An empty line ends
// it.
std::string take_piece(std::string_view& text) {
  std::string piece;
  while (!text.empty()) {
    if (bits(text.front()) >= 0) {
      piece += text.front();
      text.remove_prefix(1);
      continue;
    }
    const std::size_t line_end = text.substr(0, 2) == "\r\n" ? 2 : text.front() == '\n' ? 1 : 0;
    if (line_end == 0 || line_end == text.size() || bits(text[line_end]) < 0) break;
    text.remove_prefix(line_end);
  }
  return piece;
}

std::string decoded(std::string_view piece) {
  std::string out;
  out.reserve(piece.size());
  std::uint32_t value = 0;
  int count = 0;
  for (const char c : piece) {
    value = (value << 6U) | static_cast<std::uint32_t>(bits(c));
    if (count += 6; count >= 8)
      out += static_cast<char>((value >> static_cast<unsigned>(count -= 8)) & 0xFFU);
  }
  return out;
}

}  // namespace

bool any_base64(std::string_view text, const std::function<bool(std::string_view)>& visit) {
  while (!text.empty()) {
    auto piece = take_piece(text);
    bool found = false;
    for (std::size_t begin = 0; begin < 4 && piece.size() >= begin + shortest && !found; ++begin) {
      auto out = decoded(std::string_view(piece).substr(begin));
      found = visit(out);
      wipe(out);
    }
    if (found) return true;
    if (piece.empty()) text.remove_prefix(1);
  }
  return false;
}

}  // namespace agent
