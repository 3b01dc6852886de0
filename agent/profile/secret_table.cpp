// SPDX-License-Identifier: Apache-2.0
#include "profile/secret_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace agent {
namespace {

using namespace parsing;

constexpr std::array<SecretRow, 4> rows = {{
    {"tailscale_auth_key", &Secrets::tailscale_auth_key, tailscale_key, nullptr, "tailscale/login"},
    {"anthropic_token", &Secrets::anthropic_token, opaque_token, nullptr, "openclaw/env"},
    {"gateway_token", &Secrets::gateway_token, gateway_token_text, &Secrets::generate_gateway_token,
     "openclaw/env"},
    {"webhook_url", &Secrets::webhook_url, webhook, nullptr, "webhook"},
}};

}  // namespace

std::span<const SecretRow> secret_table() { return rows; }

bool is_given(const Secrets& secrets, const SecretRow& row) {
  return !(secrets.*row.value).empty() || (row.generate != nullptr && secrets.*row.generate);
}

void forget(Secrets& secrets, const SecretRow& row) {
  secrets.*row.value = Secret();
  if (row.generate != nullptr) secrets.*row.generate = false;
}

bool Secrets::empty() const {
  return std::none_of(rows.begin(), rows.end(),
                      [this](const SecretRow& row) { return is_given(*this, row); });
}

void merge(Secrets& given, Secrets kept) {
  for (const auto& row : rows) {
    if (is_given(given, row)) continue;
    given.*row.value = std::move(kept.*row.value);
    if (row.generate != nullptr) given.*row.generate = kept.*row.generate;
  }
}

bool names_a_secret(std::string_view text) {
  return std::any_of(rows.begin(), rows.end(), [&](const SecretRow& row) {
    return text.find(std::string(row.key) + ":") != std::string_view::npos;
  });
}

std::string secret_keys_text() {
  std::string text;
  for (const auto& row : rows) {
    if (!text.empty()) text += ", ";
    text += row.key;
    if (row.generate != nullptr) text += fmt::format(" (or the word {})", generate_word);
  }
  return text;
}

}  // namespace agent
