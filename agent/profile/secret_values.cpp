// SPDX-License-Identifier: Apache-2.0
// The values of the secrets file. Declared in values.hpp.
#include "profile/ascii.hpp"
#include "profile/network.hpp"
#include "profile/values.hpp"
#include "secrets/redact.hpp"

namespace agent::parsing {
namespace {

constexpr std::size_t longest = 4096;

tl::unexpected<std::string> no(const char* what) { return tl::unexpected<std::string>(what); }

}  // namespace

Parsed<std::string> opaque_token(std::string_view text) {
  if (text.empty() || text.size() > longest || !all_are(text, is_visible))
    return no(
        "contains a space or a character that no token has, or is too long; copy the token again, alone on "
        "one line");
  if (text.find_first_not_of(overwrite_char) == std::string_view::npos)
    return no("was overwritten by the seal, as every secret that it finds; provide it again");
  return std::string(text);
}

// headscale's keys have another form, so only a key that is certainly wrong is refused.
Parsed<std::string> tailscale_key(std::string_view text) {
  const bool tailscales = text.substr(0, 6) == "tskey-";
  if (tailscales && text.substr(0, 11) != "tskey-auth-" && text.substr(0, 13) != "tskey-client-")
    return no(
        "is another kind of Tailscale key; create an auth key, or an OAuth client secret, in the admin "
        "console");
  return opaque_token(text);
}

// Everybody who knows the URL can write to the owner, so no message shows it.
Parsed<std::string> webhook(std::string_view text) {
  if (!url(text, {}))
    return no(
        "is not an address that a report can be sent to; write an https:// URL without user, password or "
        "fragment");
  return opaque_token(text);
}

Parsed<std::string> gateway_token_text(std::string_view text) {
  const auto unreserved = [](char c) {
    return is_alphanumeric(c) || c == '.' || c == '_' || c == '~' || c == '-';
  };
  if (text.size() < 16 || text.size() > longest || !all_are(text, unreserved))
    return no(
        "is not a gateway token; use at least 16 of A-Z, a-z, 0-9 and . _ ~ - (they need no escapes in a "
        "URL), "
        "the word generate, or leave it out");
  return opaque_token(text);
}

}  // namespace agent::parsing
