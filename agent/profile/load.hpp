// SPDX-License-Identifier: Apache-2.0
// Parses a profile or secrets. All errors of a file are in one Error (Errc::invalid), one per line, sorted by
// position: "file:line:column: key: what is wrong; what would be right". Nothing here touches the file
// system.
#pragma once

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "profile/profile.hpp"

namespace agent {

// `default_text` has every key. `overrides` (the owner's file, or empty) replaces some of them: maps merge,
// lists and values replace. `name` is the name of the owner's file in messages.
Result<Profile> load_profile(std::string_view default_text, std::string_view overrides,
                             const std::string& name);

// Each key may be absent, and must not appear twice. No message contains a value or an unknown key. The
// caller wipes `text`.
Result<Secrets> load_secrets(std::string_view text, const std::string& name);

// Errc::invalid when the secrets do not fit the profile: a join by an OAuth client secret needs tags
// (https://tailscale.com/kb/1215/oauth-clients).
[[nodiscard]] Status check_fit(const Profile& profile, const Secrets& secrets);

// The text from which load_secrets() reads the same secrets. The caller wipes it.
std::string dump_secrets(const Secrets& secrets);

}  // namespace agent
