#include "profile/load.hpp"

#include "profile/parse.hpp"
#include "profile/schema.hpp"

namespace agent {

using namespace parsing;

namespace {

Status read_into(Profile& profile, std::string_view text, const std::string& name, Presence presence) {
  Problems problems(name, Quoting::allowed);
  if (auto root = parse_yaml(text, problems)) read_keys(*root, profile_keys(profile), "", presence, problems);
  if (presence == Presence::all_required && profile.allow_insecure_urls)
    problems.add({}, "allow_insecure_urls",
                 "is true in what is released; only a profile of one's own may say so");
  if (!problems.empty()) return tl::unexpected<Error>(problems.error());
  return {};
}

}  // namespace

std::string yaml_version() { return AGENT_YAML_VERSION; }  // yaml-cpp itself cannot say

Result<Profile> load_profile(std::string_view default_text, std::string_view overrides,
                             const std::string& name) {
  Profile profile;
  AGENT_TRY(read_into(profile, default_text, "default profile", Presence::all_required));
  AGENT_TRY(read_into(profile, overrides, name, Presence::some));
  return profile;
}

// What is left behind unwiped: yaml-cpp's own buffers (its read-ahead and its tokens), which it frees as they
// are. They are gone with this process, which is short-lived, and which root alone may trace; the copies that
// are ours are wiped.
Result<Secrets> load_secrets(std::string_view text, const std::string& name) {
  Secrets secrets;
  Problems problems(name, Quoting::forbidden);
  if (auto root = parse_yaml(text, problems)) {
    read_keys(*root, secret_keys(secrets), "", Presence::some, problems);
    wipe_tree(*root);
  }
  if (!problems.empty()) return tl::unexpected<Error>(problems.error());
  return secrets;
}

std::string dump_secrets(const Secrets& secrets) {
  const std::pair<std::string_view, const Secret*> all[] = {
      {"tailscale_auth_key", &secrets.tailscale_auth_key},
      {"anthropic_token", &secrets.anthropic_token},
      {"gateway_token", &secrets.gateway_token},
      {"webhook_url", &secrets.webhook_url}};
  std::string out;
  std::size_t size = 32;  // for the word generate
  for (const auto& [key, secret] : all) size += key.size() + 2 * secret->reveal().size() + 6;
  out.reserve(size);  // it never grows, and so leaves no copy behind
  for (const auto& [key, secret] : all) {
    if (secret->empty()) continue;
    out.append(key).append(": '");
    for (char c : secret->reveal())
      out.append(c == '\'' ? 2 : 1, c);  // a single-quoted scalar has no other escape
    out.append("'\n");
  }
  if (secrets.generate_gateway_token) out.append("gateway_token: generate\n");
  return out;
}

}  // namespace agent
