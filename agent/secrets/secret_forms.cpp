// SPDX-License-Identifier: Apache-2.0
#include "secrets/secret_forms.hpp"

#include <algorithm>
#include <cctype>

#include "secrets/secret.hpp"

namespace agent {
namespace {

constexpr std::string_view standard = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view for_urls = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// The base64 of the value when `before` bytes of its first group of three belong to other data. Only
// characters that depend on the value alone.
std::string base64(std::string_view value, std::size_t before, std::string_view alphabet) {
  const std::size_t bits = 8 * (before + value.size());
  const auto bit = [&](std::size_t at) {
    const auto byte = static_cast<unsigned char>(value[at / 8 - before]);
    return (byte >> (7U - at % 8)) & 1U;
  };
  std::string out;
  for (std::size_t begin = (8 * before + 5) / 6 * 6; begin + 6 <= bits; begin += 6) {
    unsigned index = 0;
    for (std::size_t at = begin; at < begin + 6; ++at) index = index << 1U | bit(at);
    out += alphabet[index];
  }
  return out;
}

std::string url_encoded(std::string_view value, std::string_view digits) {
  std::string out;
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || std::string_view("-._~").find(c) != std::string_view::npos) {
      out += c;
    } else {
      out += '%';
      out += digits[byte >> 4U];
      out += digits[byte & 15U];
    }
  }
  return out;
}

// A secret holds no control characters (profile/secret_values.cpp).
std::string json_escaped(std::string_view value, bool slashes) {
  std::string out;
  for (const char c : value) {
    if (c == '"' || c == '\\' || (slashes && c == '/')) out += '\\';
    out += c;
  }
  return out;
}

}  // namespace

std::vector<std::string> forms_of(std::string_view value, std::size_t shortest) {
  std::vector<std::string> forms;
  const auto add = [&](std::string form) {
    if (form.size() >= shortest && std::find(forms.begin(), forms.end(), form) == forms.end())
      forms.push_back(form);
    wipe(form);
  };
  forms.reserve(12);  // a reallocation would leave a copy behind
  add(std::string(value));
  for (const auto alphabet : {standard, for_urls})
    for (std::size_t before = 0; before < 3; ++before) add(base64(value, before, alphabet));
  for (const auto* digits : {"0123456789ABCDEF", "0123456789abcdef"}) add(url_encoded(value, digits));
  for (const bool slashes : {false, true}) add(json_escaped(value, slashes));
  return forms;
}

}  // namespace agent
