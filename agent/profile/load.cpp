// SPDX-License-Identifier: Apache-2.0
#include "profile/load.hpp"

#include <algorithm>
#include <utility>

#include "profile/schema.hpp"
#include "profile/secret_table.hpp"
#include "profile/yaml/parse.hpp"

namespace agent {

using namespace parsing;

namespace {

Status read_default(Profile& profile, std::string_view text) {
  Problems problems("default profile", Quoting::allowed);
  if (auto root = parse_yaml(text, problems))
    read_keys(*root, profile_keys(profile), "", Presence::all_required, problems);
  if (profile.allow_insecure_urls)
    problems.add({}, "allow_insecure_urls",
                 "is true in the built-in profile; only an owner's own profile may set it");
  if (!problems.empty()) return tl::unexpected<Error>(problems.error());
  return {};
}

// The built-in hashes belong to the built-in version. Another version needs its own hashes. This is checked
// here, before a server downloads the wrong file.
class PinnedHashes {
 public:
  PinnedHashes(std::string section, std::string hash_key, const std::string& version,
               std::vector<std::string*> hashes)
      : section_(std::move(section)),
        hash_key_(std::move(hash_key)),
        version_(version),
        built_in_(version),
        hashes_(std::move(hashes)) {
    for (auto* hash : hashes_) known_.push_back(std::exchange(*hash, {}));
  }
  // Call it after the owner's profile was read.
  void settle(Node& root, Problems& problems) {
    const bool same = version_ == built_in_;
    const auto* own = find_key(root, section_ + "." + hash_key_);
    for (std::size_t i = 0; same && i < hashes_.size(); ++i)
      if (hashes_[i]->empty()) *hashes_[i] = known_[i];
    const auto key = section_ + ".version";
    const auto* at = find_key(root, key);
    if (!same && at != nullptr &&
        (own == nullptr || (own->kind != Node::Kind::scalar && own->children.empty())))
      problems.add(
          at->at, key,
          fmt::format("is not {}, the version whose hash is built in; add this version's hash as {}.{}",
                      built_in_, section_, hash_key_));
  }

 private:
  std::string section_, hash_key_;
  const std::string& version_;
  std::string built_in_;
  std::vector<std::string*> hashes_;
  std::vector<std::string> known_;
};

// OpenClaw's lock is a URL and a hash, or the one that is built in.
void need_both_of_the_lock(Node& root, const Profile::OpenClaw::Lock& lock, Problems& problems) {
  const auto* url = find_key(root, "openclaw.lock.url");
  const auto* hash = find_key(root, "openclaw.lock.sha256");
  if (url != nullptr && hash == nullptr && !lock.url.empty())
    problems.add(url->at, "openclaw.lock.url", "has no hash; add openclaw.lock.sha256");
  if (hash != nullptr && url == nullptr && !lock.sha256.empty())
    problems.add(hash->at, "openclaw.lock.sha256", "is the hash of no file; add openclaw.lock.url");
}

Status read_overrides(Profile& profile, std::string_view text, const std::string& name) {
  Problems problems(name, Quoting::allowed);
  const auto both = [](PinnedDownload& download) {
    return std::vector{&download.sha256["x86_64"], &download.sha256["aarch64"]};
  };
  PinnedHashes pins[] = {
      {"tailscale", "download.sha256", profile.tailscale.version, both(profile.tailscale.download)},
      {"node", "download.sha256", profile.node.version, both(profile.node.download)},
      {"openclaw", "lock.sha256", profile.openclaw.version, {&profile.openclaw.lock.sha256}}};
  if (auto root = parse_yaml(text, problems)) {
    read_keys(*root, profile_keys(profile), "", Presence::some, problems);
    for (auto& pin : pins) pin.settle(*root, problems);
    need_both_of_the_lock(*root, profile.openclaw.lock, problems);
  }
  if (!problems.empty()) return tl::unexpected<Error>(problems.error());
  return {};
}

}  // namespace

Result<Profile> load_profile(std::string_view default_text, std::string_view overrides,
                             const std::string& name) {
  Profile profile;
  AGENT_TRY(read_default(profile, default_text));
  AGENT_TRY(read_overrides(profile, overrides, name));
  return profile;
}

// yaml-cpp's own buffers (read-ahead and tokens) are freed without being wiped. They disappear with this
// process, which is short-lived and which only root may trace. Our own copies are wiped.
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

Status check_fit(const Profile& profile, const Secrets& secrets) {
  if (!is_oauth_secret(secrets.tailscale_auth_key) || !profile.tailscale.tags.empty()) return {};
  return fail(
      Errc::invalid,
      "tailscale_auth_key is an OAuth client secret, which joins nodes with tags only: set tailscale.tags in "
      "the profile, like [tag:server]");
}

std::string dump_secrets(const Secrets& secrets) {
  std::string out;
  std::size_t size = 0;
  for (const auto& row : secret_table())
    size += row.key.size() + 2 * (secrets.*row.value).reveal().size() + generate_word.size() + 6;
  out.reserve(size);  // it never grows, so it leaves no copy behind
  for (const auto& row : secret_table()) {
    if (!is_given(secrets, row)) continue;
    out.append(row.key).append(": ");
    if (row.generate != nullptr && secrets.*row.generate) {
      out.append(generate_word).append("\n");
      continue;
    }
    out.append("'");
    for (char c : (secrets.*row.value).reveal())
      out.append(c == '\'' ? 2 : 1, c);  // a single-quoted scalar has no other escape
    out.append("'\n");
  }
  return out;
}

}  // namespace agent
