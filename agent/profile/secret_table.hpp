// SPDX-License-Identifier: Apache-2.0
// The secrets that an owner may hand over, one row each. To add one is to add a field to Secrets and a row
// here: loading, writing back, merging, the search for copies, consumption and the help follow from it.
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
  bool Secrets::*generate;  // set by the word `generate` in place of a value; null: there is no such word
  std::string_view
      consumer;  // the resource that takes it over: once that one is in sync, nobody needs the file's copy
};

[[nodiscard]] std::span<const SecretRow> secret_table();

// What takes the place of a value that the host makes itself.
inline constexpr std::string_view generate_word = "generate";

[[nodiscard]] bool is_given(const Secrets& secrets, const SecretRow& row);
void forget(Secrets& secrets, const SecretRow& row);

// What is not given comes from `kept`.
void merge(Secrets& given, Secrets kept);

// Whether the text has a secrets file in it, as user-data does: its values need not be known, nor have a form
// of their own.
[[nodiscard]] bool names_a_secret(std::string_view text);

// "tailscale_auth_key, …, gateway_token (or the word generate), …", for the help.
[[nodiscard]] std::string secret_keys_text();

}  // namespace agent
