// SPDX-License-Identifier: Apache-2.0
// A secrets file: no message may show any part of it. Every `$` of the input stands for a value that must not
// be shown.
#include <set>

#include "fuzz.hpp"
#include "profile/load.hpp"
#include "secrets/redact.hpp"

namespace agent {
namespace {

constexpr std::string_view marker = "Xq7-Marker-w2Vz";
constexpr std::string_view recognized = "Xq7-";  // even a part of it must not be shown
std::set<std::string> registered;

std::string with_marker(std::string_view input) {
  std::string out;
  for (const char c : input) out += c == '$' ? std::string(marker) : std::string(1, c);
  return out;
}

void require_registered(const Secret& secret) {
  const bool shows = secret.reveal().size() >= 6 && !registered.contains(std::string(secret.reveal()));
  fuzz::require(!shows, "a secret is known to redact()");
}

}  // namespace

// Replaces the agent's own function: its registry lives as long as the process, and would grow with every
// run.
void register_secret(std::string_view value) { registered.emplace(value); }
std::string redact(std::string_view text) { return std::string(text); }

void fuzz::run(std::string_view input) {
  registered.clear();
  const auto secrets = load_secrets(with_marker(input), "secrets.yaml");
  if (!secrets) {
    require_error(secrets.error(), {Errc::invalid});
    require(secrets.error().message.find(recognized) == std::string::npos,
            "no message shows a value: " + secrets.error().message);
    return;
  }
  for (const auto* each : {&secrets->tailscale_auth_key, &secrets->anthropic_token, &secrets->gateway_token})
    require_registered(*each);
  const auto text = dump_secrets(*secrets);
  const auto again = load_secrets(text, "again");
  require(again.has_value(), "what was accepted is accepted again");
  require(dump_secrets(*again) == text && again->gateway_token.reveal() == secrets->gateway_token.reveal() &&
              again->anthropic_token.reveal() == secrets->anthropic_token.reveal() &&
              again->tailscale_auth_key.reveal() == secrets->tailscale_auth_key.reveal(),
          "they are the same secrets");
}

}  // namespace agent
