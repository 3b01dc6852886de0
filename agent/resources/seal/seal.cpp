#include "resources/seal/seal.hpp"

#include <algorithm>

#include "core/paths.hpp"
#include "profile/load.hpp"
#include "resources/common/secure_replace.hpp"
#include "resources/seal/secret_copies.hpp"
#include "resources/seal/webhook.hpp"

namespace agent {
namespace {

constexpr std::size_t most_named = 20;  // whoever may write to /tmp can make any number of copies

// What somebody has put into a name must not reach the terminal that shows it.
std::string shown(std::string path) {
  std::replace_if(path.begin(), path.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
  return path;
}

// Whether it was written by a clock that was wrong and has been set right since: its age is unknown, and counts from now.
bool undated(const FileInfo& info, const Probe& probe) {
  constexpr std::chrono::sys_days no_earlier = std::chrono::year(2026) / 1 / 1;  // the first of these agents
  const auto now = probe.wall_clock();
  return now >= no_earlier && (info.modified < no_earlier || info.modified > now + std::chrono::minutes(1));
}

// All of them, whatever becomes of one: a link that somebody has planted beside a copy must not save the others.
Status destroy(Host& host, const std::vector<SecretCopy>& copies) {
  Status first;
  for (const auto& copy : copies) {
    auto done = copy.destroy ? host.wipe_file(copy.path) : host.overwrite_secrets(copy.path);
    if (!done && first) first = std::move(done);
  }
  return first;
}

}  // namespace

Seal::Seal(const Profile& profile, const Ledger& ledger, std::vector<std::string> others, std::vector<std::string> after,
           Register register_elsewhere)
    : Resource({"seal", std::move(after), {}, true}),
      keep_(profile.keep_unconsumed_secrets),
      ledger_(ledger),
      others_(std::move(others)),
      register_elsewhere_(std::move(register_elsewhere)) {}

bool Seal::expired(const FileInfo& info, const Probe& probe) const {
  return !undated(info, probe) && probe.wall_clock() - info.modified > keep_;
}

Result<Expiry> Seal::expiry(const Probe& probe) const {
  AGENT_TRY_ASSIGN(auto info, probe.stat(paths::secrets));
  return info ? Expiry(info->modified + keep_) : std::nullopt;
}

Result<Secrets> Seal::unconsumed(const Probe& probe, bool& some_consumed) const {
  AGENT_TRY_ASSIGN(auto&& text, probe.read_file(paths::secrets));
  auto secrets = load_secrets(text, paths::secrets);
  wipe(text);
  if (!secrets) return pass(std::move(secrets));
  const auto take = [&](Secret& secret, const char* consumer) {
    if (secret.empty() || !ledger_.settled(consumer)) return;
    secret = Secret();
    some_consumed = true;
  };
  take(secrets->tailscale_auth_key, "tailscale/login");
  take(secrets->anthropic_token, "openclaw/env");
  take(secrets->gateway_token, "openclaw/env");
  take(secrets->webhook_url, Webhook::resource_name);
  if (secrets->generate_gateway_token && ledger_.settled("openclaw/env")) {
    secrets->generate_gateway_token = false;
    some_consumed = true;
  }
  return secrets;
}

Status Seal::look_at_secrets_file(const Probe& probe, Observation& seen) const {
  AGENT_TRY_ASSIGN(auto info, probe.stat(paths::secrets));
  if (!info) return observe_expiry(probe, std::nullopt, seen);
  if (info->mode != 0600 || info->uid != 0) seen.drift(paths::secrets, fmt::format("{:04o}", info->mode), "0600, of root");
  bool some_consumed = false;
  auto left = unconsumed(probe, some_consumed);
  if (!left || left->empty()) {
    seen.drift(paths::secrets, left ? "holds only secrets that were consumed" : "unreadable", "absent");
  } else if (expired(*info, probe)) {
    seen.drift(paths::secrets, fmt::format("older than {} h", keep_.count()), "absent");
  } else if (undated(*info, probe)) {
    seen.drift(paths::secrets, "written at " + utc(info->modified) + ", by a clock that was wrong", "dated");
  } else if (some_consumed) {
    seen.drift(paths::secrets, "holds a secret that was consumed", "only what the next run needs");
  } else {
    seen.notes.push_back(fmt::format("{} (0600, root) keeps the secrets that are still needed, until they are used or {}", paths::secrets,
                                     utc(info->modified + keep_)));
    return observe_expiry(probe, info->modified + keep_, seen);
  }
  return {};  // the timer is seen to when the file is
}

Result<Observation> Seal::observe(const Probe& probe) const {
  Observation seen;
  const auto next = next_of(paths::secrets);  // a run that was cut off may have left it
  AGENT_TRY_ASSIGN(auto left, probe.stat(next));
  if (left) seen.drift(next, "left by a run that was cut off", "absent");
  AGENT_TRY(look_at_secrets_file(probe, seen));
  auto log = probe.stat(paths::log);
  if (!log) return pass(std::move(log));
  if (*log) seen.drift(paths::log, "present", "destroyed");
  register_elsewhere_(probe);
  static_cast<void>(register_webhook(probe));
  AGENT_TRY_ASSIGN(auto copies, find_secret_copies(probe));
  for (std::size_t i = 0; i < std::min(copies.found.size(), most_named); ++i) {
    const auto& copy = copies.found[i];
    seen.drift("copy " + shown(copy.path), copy.rest ? "the rest of one" : copy.destroy ? "there" : "with a secret",
               copy.destroy ? "destroyed" : "without it");
  }
  if (copies.found.size() > most_named)
    seen.drift("more copies", std::to_string(copies.found.size() - most_named), "none");
  if (!copies.skipped.empty())
    seen.notes.push_back(fmt::format("{} files or directories could not be searched for secrets, such as {}", copies.skipped.size(),
                                     shown(copies.skipped.front())));
  const bool all_settled = std::all_of(others_.begin(), others_.end(), [&](const auto& name) { return ledger_.settled(name); });
  AGENT_TRY_ASSIGN(auto receipt, probe.stat(paths::receipt));
  if (all_settled && !receipt) seen.drift("receipt", "absent", "written");
  if (sealed_) seen.notes.push_back(*sealed_);
  return seen;
}

Status Seal::rewrite_secrets_file(Host& host) const {
  AGENT_TRY_ASSIGN(auto info, host.stat(paths::secrets));
  if (!info) return {};
  bool some_consumed = false;
  auto left = unconsumed(host, some_consumed);
  if (!left || left->empty() || expired(*info, host)) return host.wipe_file(paths::secrets);
  auto text = dump_secrets(*left);
  const auto written = secure_replace(host, paths::secrets, text, {0600});
  wipe(text);
  return written;
}

Result<Sealed> Seal::destroy_copies(Host& host) {
  AGENT_TRY_ASSIGN(auto copies, find_secret_copies(host));
  std::vector<std::string> paths;
  for (const auto& copy : copies.found) paths.push_back(copy.path);
  auto holders = host.processes_that_hold(paths);  // they are about to lose their names
  for (auto& copy : copies.found) copy.held_by = holders[copy.path];
  AGENT_TRY(destroy(host, copies.found));
  AGENT_TRY_ASSIGN(auto again, find_secret_copies(host));
  if (!again.found.empty())
    return fail(Errc::failed, "{} holds a secret again: something goes on writing it", shown(again.found.front().path));
  return Sealed{std::move(copies.found), std::move(again.skipped), {}};
}

// journald allocates in advance, from free space: that is trimmed before it takes some for a new file, and what the old one had and
// never wrote is trimmed after that.
Status Seal::clear_free_space(Host& host, Sealed& sealed) {
  auto space = host.trim();
  if (!space) return pass(std::move(space));
  sealed.free_space = *space;
  if (!space->bytes) return {};
  Command rotate;
  rotate.argv = {"journalctl", "--rotate"};
  rotate.timeout = Milliseconds(60'000);
  AGENT_TRY_ASSIGN(auto rotated, host.run(rotate));
  sealed.journal_rotated = rotated.ok();  // a journald that is not there is no reason to fail: the receipt says so
  space = host.trim();
  if (!space) return pass(std::move(space));
  *sealed.free_space.bytes += space->bytes.value_or(0);
  return {};
}

// The receipt says that first boot is over, so it comes last, and only when everything else is as it should be.
Status Seal::seal_copies(Host& host, bool first_boot_is_over, bool secrets_were_used) {
  auto receipt = host.stat(paths::receipt);
  if (!receipt) return pass(std::move(receipt));
  AGENT_TRY_ASSIGN(auto sealed, destroy_copies(host));
  const bool nothing_to_tell = sealed.destroyed.empty() && !first_boot_is_over;
  if (nothing_to_tell && !secrets_were_used) return {};
  // A run that was killed while it replaced a file may have left the old one in free blocks.
  AGENT_TRY(clear_free_space(host, sealed));
  if (nothing_to_tell) return {};
  const bool kept = first_boot_is_over || *receipt;
  sealed_ = summary(sealed) + (kept ? ": see " + paths::receipt : "");
  if (!kept) return {};
  return host.write_file(paths::receipt, receipt_text(host, sealed), {0600});
}

Status Seal::apply(Host& host, const Observation& seen) {
  // Each whatever became of the others, and the first error is told.
  auto own = settle_secure_replace(host, paths::secrets);
  const bool used = seen.has(paths::secrets) || seen.has(next_of(paths::secrets));
  if (own && used) own = rewrite_secrets_file(host);
  auto sealed = seal_copies(host, seen.has("receipt") && own, used);
  auto wiped = host.wipe_file(paths::log);
  auto expires = expiry(host);
  auto timer = expires ? apply_expiry(host, *expires) : pass(std::move(expires));
  for (auto* each : {&own, &sealed, &wiped})
    if (!*each) return std::move(*each);
  return timer;
}

}  // namespace agent
