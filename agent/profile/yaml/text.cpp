// SPDX-License-Identifier: Apache-2.0
#include "profile/yaml/text.hpp"

#include <cstdint>
#include <optional>

namespace agent::parsing {
namespace {

struct Character {
  char32_t code = 0;
  std::size_t size = 0;
};

bool continues(std::string_view text, std::size_t at) {
  return at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U;
}

// The character at `at`, or nothing if there is none in UTF-8 (RFC 3629: shortest form, no surrogates, up to
// U+10FFFF).
std::optional<Character> decode(std::string_view text, std::size_t at) {
  const auto first = static_cast<unsigned char>(text[at]);
  if (first < 0x80) return Character{first, 1};
  const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4) return std::nullopt;
  char32_t code = first & (0x7FU >> size);
  for (std::size_t i = 1; i < size; ++i) {
    if (!continues(text, at + i)) return std::nullopt;
    code = (code << 6U) | (static_cast<unsigned char>(text[at + i]) & 0x3FU);
  }
  const char32_t shortest[] = {0x80, 0x800, 0x10000};
  if (code < shortest[size - 2] || (code >= 0xD800 && code <= 0xDFFF) || code > 0x10FFFF) return std::nullopt;
  return Character{code, size};
}

bool invisible(char32_t code) {
  return code == 0xFEFF || (code >= 0x200B && code <= 0x200F) || (code >= 0x2028 && code <= 0x202E) ||
         (code >= 0x2060 && code <= 0x206F);
}

// What is wrong with a character; empty when it is allowed.
std::string complaint(char32_t code, char next) {
  if (code == '\n' || (code == '\r' && next == '\n')) return {};
  if (code == '\t') return "has a tab; use spaces";
  if (code < 0x20 || (code >= 0x7F && code < 0xA0))
    return fmt::format("has the control character U+{:04X}; remove it", static_cast<std::uint32_t>(code));
  if (invisible(code))
    return fmt::format("has the invisible character U+{:04X}; remove it", static_cast<std::uint32_t>(code));
  return {};
}

}  // namespace

bool check_text(std::string_view text, Problems& problems) {
  if (text.size() > largest_text) {
    problems.add({}, "", fmt::format("has {} bytes; the limit is {}", text.size(), largest_text));
    return false;
  }
  if (text.substr(0, 3) == "\xEF\xBB\xBF" || text.substr(0, 2) == "\xFF\xFE" ||
      text.substr(0, 2) == "\xFE\xFF") {
    problems.add({1, 1}, "", "begins with a byte order mark; save it as UTF-8 without one");
    return false;
  }
  const auto before = problems.size();
  Position at{1, 1};
  bool line_is_reported = false;
  for (std::size_t i = 0; i < text.size();) {
    const auto character = decode(text, i);
    const auto size = character ? character->size : 1;
    const char next = i + size < text.size() ? text[i + size] : '\0';
    const auto what = character ? complaint(character->code, next) : "is not UTF-8; save the file as UTF-8";
    if (!what.empty() && !line_is_reported) {
      problems.add(at, "", what);
      line_is_reported = true;
    }
    at.column += static_cast<int>(size);
    if (text[i] == '\n') {
      at = {at.line + 1, 1};
      line_is_reported = false;
    }
    i += size;
  }
  return problems.size() == before;
}

}  // namespace agent::parsing
