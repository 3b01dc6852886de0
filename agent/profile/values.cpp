// SPDX-License-Identifier: Apache-2.0
#include "profile/values.hpp"

#include <fmt/format.h>

#include <charconv>

#include "profile/ascii.hpp"

namespace agent::parsing {
namespace {

tl::unexpected<std::string> no(std::string what) { return tl::unexpected<std::string>(std::move(what)); }

// Uses the largest unit that gives a whole number: "90m", not "1.5h".
std::string shown(std::chrono::seconds value) {
  const auto count = value.count();
  if (count % 86400 == 0) return fmt::format("{}d", count / 86400);
  if (count % 3600 == 0) return fmt::format("{}h", count / 3600);
  if (count % 60 == 0) return fmt::format("{}m", count / 60);
  return fmt::format("{}s", count);
}

bool is_number(std::string_view text) {
  return !text.empty() && text.size() <= 9 && all_are(text, is_digit) &&
         (text.size() == 1 || text.front() != '0');
}

// Removes the text up to the separator (or all of it) from the front, and returns it.
std::string_view take(std::string_view& text, char separator) {
  const auto end = text.find(separator);
  const auto part = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return part;
}

// The part of a version after the hyphen (semver.org, item 9).
bool is_prerelease(std::string_view text) {
  if (text.empty() || text.back() == '.') return false;
  while (!text.empty()) {
    const auto part = take(text, '.');
    if (part.empty() || !all_are(part, [](char c) { return is_alphanumeric(c) || c == '-'; })) return false;
  }
  return true;
}

}  // namespace

Parsed<std::string> user_name(std::string_view text) {
  // adduser's NAME_REGEX (adduser.conf(5)); 32 is the limit of useradd(8).
  const auto rest = [](char c) { return is_lower(c) || is_digit(c) || c == '-' || c == '_'; };
  if (text.empty() || text.size() > 32 || !is_lower(text.front()) || !all_are(text, rest))
    return no("is not a user name; use up to 32 of a-z, 0-9, '-' and '_', the first of them a letter");
  if (text == "root") return no("must not run the gateway; name an unprivileged user");
  return std::string(text);
}

// tailscale.com/tailcfg, CheckTag: letters, digits and hyphens, a letter first.
Parsed<std::string> node_tag(std::string_view text) {
  constexpr std::string_view prefix = "tag:";
  const auto name = text.substr(0, prefix.size()) == prefix ? text.substr(prefix.size()) : std::string_view();
  const auto letter = [](char c) { return is_alphanumeric(c) && !is_digit(c); };
  if (name.empty() || !letter(name.front()) ||
      !all_are(name, [](char c) { return is_alphanumeric(c) || c == '-'; }))
    return no("is not a tag; write tag:NAME with letters, digits and '-', a letter first, like tag:server");
  return std::string(text);
}

Parsed<std::string> package_name(std::string_view text) {
  // Debian Policy 5.6.7. apt-get(8) reads a hyphen at the end as "remove", and no package name ends with one.
  const auto rest = [](char c) { return is_lower(c) || is_digit(c) || c == '+' || c == '-' || c == '.'; };
  if (text.size() < 2 || text.size() > 128 || !(is_lower(text.front()) || is_digit(text.front())) ||
      text.back() == '-' || !all_are(text, rest))
    return no(
        "is not the name of a Debian package; write the name alone, without version or architecture, like "
        "nftables");
  return std::string(text);
}

Parsed<std::string> host_label(std::string_view text) {
  const auto label = [](char c) { return is_lower(c) || is_digit(c) || c == '-'; };
  if (text.find('.') != std::string_view::npos)
    return no("has a dot; write the first label alone, the tailnet adds its domain");
  if (std::any_of(text.begin(), text.end(), is_upper))
    return no("has upper-case letters; write it in lower case");
  if (text.empty() || text.size() > 63 || text.front() == '-' || text.back() == '-' || !all_are(text, label))
    return no("is not a host name; use 1 to 63 of a-z, 0-9 and '-', with no '-' at either end (RFC 1123)");
  return std::string(text);
}

Parsed<std::string> exact_version(std::string_view text) {
  if (text.size() > 1 && text.front() == 'v' && is_digit(text[1]))
    return no("begins with a v; write the number alone");
  auto rest = text;
  const auto numbers = take(rest, '-');
  const bool has_hyphen = numbers.size() < text.size();
  int count = 0;
  for (auto left = numbers; !left.empty() && is_number(take(left, '.'));) ++count;
  if (count != 3 || std::count(numbers.begin(), numbers.end(), '.') != 2 || text.size() > 64 ||
      (has_hyphen && !is_prerelease(rest)))
    return no("is not an exact version; write all three numbers, like 1.2.3");
  return std::string(text);
}

Parsed<std::string> sha256_digits(std::string_view text) {
  if (text.substr(0, 7) == "sha256:" || text.substr(0, 7) == "sha256-")
    return no("has a prefix; write the 64 hex digits alone");
  const auto hex = [](char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); };
  if (!all_are(text, hex)) return no("is not a SHA-256 hash; write its 64 lower-case hex digits");
  if (text.size() != 64)
    return no(fmt::format("has {} digits; a SHA-256 hash has 64 hex digits", text.size()));
  if (!all_are(text, is_lower_hex)) return no("has upper-case digits; write the hash in lower case");
  return std::string(text);
}

Parsed<std::string> model_name(std::string_view text) {
  const auto rest = [](char c) {
    return is_alphanumeric(c) || std::string_view("._:@/-").find(c) != std::string_view::npos;
  };
  const auto slash = text.find('/');
  if (slash == 0 || slash == std::string_view::npos || slash + 1 == text.size() || text.size() > 128 ||
      !all_are(text, rest))
    return no("is not a model; write provider/name, like anthropic/claude-opus-5");
  return std::string(text);
}

Parsed<bool> boolean_word(std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  return no("is neither true nor false; write one of them, without quotes");
}

Parsed<std::uint64_t> whole_number(std::string_view text, std::uint64_t least, std::uint64_t most) {
  std::uint64_t value = 0;
  if (is_number(text)) std::from_chars(text.data(), text.data() + text.size(), value);
  if (!is_number(text) || value < least || value > most)
    return no(
        fmt::format("is not a number from {} to {}; write its digits alone, without quotes", least, most));
  return value;
}

Parsed<std::chrono::seconds> duration(std::string_view text, std::chrono::seconds least,
                                      std::chrono::seconds most, std::chrono::seconds unit) {
  const auto digits = text.empty() ? text : text.substr(0, text.size() - 1);
  const auto letter = text.empty() ? '\0' : text.back();
  const std::int64_t factor = letter == 's'   ? 1
                              : letter == 'm' ? 60
                              : letter == 'h' ? 3600
                              : letter == 'd' ? 86400
                                              : 0;
  if (factor == 0 || !is_number(digits))
    return no("is not a duration; write a number and one of s, m, h, d, like 60s or 15m");
  std::int64_t count = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), count);
  const std::chrono::seconds value(count * factor);
  if (value < least || value > most)
    return no(fmt::format("is out of bounds; write a duration from {} to {}", shown(least), shown(most)));
  if (value % unit != std::chrono::seconds::zero())
    return no(fmt::format("is too fine; write a multiple of {}", shown(unit)));
  return value;
}

}  // namespace agent::parsing
