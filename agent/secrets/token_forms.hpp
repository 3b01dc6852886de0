// SPDX-License-Identifier: Apache-2.0
// Known kinds of tokens. A text that begins like one of them is a secret, even when its value is not
// registered.
#pragma once

#include <array>
#include <string_view>

namespace agent {

// Tailscale's keys (tailscale.com/kb/1085) and Anthropic's tokens.
inline constexpr std::array<std::string_view, 2> token_prefixes = {"tskey-", "sk-ant-"};

}  // namespace agent
