// SPDX-License-Identifier: Apache-2.0
// A file of KEY=VALUE lines, read like the npm package dotenv does, which OpenClaw uses.
#pragma once

#include <string>
#include <string_view>

namespace agent {

// The value without quotes; a later line wins. Also empty for a value that the seal has overwritten: somebody
// may put back a copy of .env from elsewhere, and such a copy contains no secret any more.
[[nodiscard]] std::string dotenv_value(const std::string& text, std::string_view key);

// Replaces all lines of this key with one line at the end, and wipes the old text. The value must not need
// quotes.
void set_dotenv_value(std::string& text, std::string_view key, std::string_view value);

}  // namespace agent
