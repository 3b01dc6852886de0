// SPDX-License-Identifier: Apache-2.0
// A file of KEY=VALUE lines as the npm package dotenv reads it, which OpenClaw uses.
#pragma once

#include <string>
#include <string_view>

namespace agent {

// Its value without quotes; a later line wins. Empty also for what the seal has overwritten: a copy of .env
// that somebody keeps elsewhere and puts back holds no secret any more.
[[nodiscard]] std::string dotenv_value(const std::string& text, std::string_view key);

// Replaces all lines of this key by one at the end; the old text is wiped. The value must need no quotes.
void set_dotenv_value(std::string& text, std::string_view key, std::string_view value);

}  // namespace agent
