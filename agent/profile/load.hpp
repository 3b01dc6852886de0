// SPDX-License-Identifier: Apache-2.0
// From text to a profile or to secrets. Every error of a file is in the one Error (Errc::invalid), a line
// each, by position: "file:line:column: key: what is wrong; what would be right". Nothing here touches the
// file system.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "profile/profile.hpp"

namespace agent {

// `default_text` has every key; `overrides` (the owner's file, or empty) replaces single ones: maps merge,
// lists and values replace. `name` is what messages call the owner's file.
Result<Profile> load_profile(std::string_view default_text, std::string_view overrides,
                             const std::string& name);

// Any of the keys, none twice. No message holds a value, nor a key that is unknown. The caller wipes `text`.
Result<Secrets> load_secrets(std::string_view text, const std::string& name);

// What load_secrets() reads the same secrets from, for what is not consumed yet. The caller wipes the result.
std::string dump_secrets(const Secrets& secrets);

}  // namespace agent
