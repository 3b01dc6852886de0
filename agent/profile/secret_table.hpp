// SPDX-License-Identifier: Apache-2.0
// The secrets that an owner may provide, one row each. To add one, add a field to Secrets and a row here.
// Loading, writing, merging, the search for copies, consumption and the help use this table.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "profile/profile.hpp"
#include "profile/values.hpp"

namespace agent {

struct SecretRow {
  std::string_view key;  // in the secrets file
  Secret Secrets::*value;
  parsing::Parsed<std::string> (*parse)(std::string_view);
  bool Secrets::*generate;    // set by the word `generate` instead of a value; null: the word is not allowed
  std::string_view consumer;  // the resource that stores it in its final place: when it is in sync, the
                              // file's copy is not needed any more
};

[[nodiscard]] std::span<const SecretRow> secret_table();

// The word that stands for a value that the host makes.
inline constexpr std::string_view generate_word = "generate";

[[nodiscard]] bool is_given(const Secrets& secrets, const SecretRow& row);
void forget(Secrets& secrets, const SecretRow& row);

// Secrets that are not given are taken from `kept`.
void merge(Secrets& given, Secrets kept);

// Whether the text contains a secrets file, as user-data does. It looks for the keys, so the values need not
// be known or have a special form.
[[nodiscard]] bool names_a_secret(std::string_view text);

// "tailscale_auth_key, …, gateway_token (or the word generate), …", for the help.
[[nodiscard]] std::string secret_keys_text();

}  // namespace agent
