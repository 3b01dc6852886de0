#include "resources/seal.hpp"

#include <algorithm>
#include <ctime>

#include "base/json.hpp"
#include "base/redact.hpp"
#include "profile/load.hpp"
#include "resources/paths.hpp"
#include "resources/secret_places.hpp"
#include "resources/wiped_file.hpp"

namespace agent {
namespace {

std::string utc(std::chrono::system_clock::time_point time) {
  const auto seconds = std::chrono::system_clock::to_time_t(time);
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return text.data();
}

bool any(const Secrets& secrets) {
  return !secrets.tailscale_auth_key.empty() || !secrets.anthropic_token.empty() || !secrets.gateway_token.empty();
}

// What the seal rewrites: a run that was cut off may have left a PATH.next of them.
std::vector<std::string> replaced_files() {
  auto files = secret_bearing_logs();
  files.push_back(paths::secrets);
  return files;
}

Status destroy(Host& host, const SecretCopy& copy) {
  if (!copy.is_log) return host.wipe_file(copy.path);
  auto info = host.stat(copy.path);
  if (!info) return pass(std::move(info));
  if (!*info) return {};
  auto text = host.read_file(copy.path, 64U << 20U);
  if (!text) return pass(std::move(text));
  const auto written = replace_wiped(host, copy.path, redact(*text), {(*info)->mode, (*info)->uid, (*info)->gid});
  wipe(*text);
  return written;
}

}  // namespace

Seal::Seal(const Profile& profile, const Ledger& ledger, std::vector<std::string> others, std::vector<std::string> after)
    : Resource({"seal", std::move(after), {}, true}), keep_(profile.keep_unconsumed_secrets), ledger_(ledger), others_(std::move(others)) {}

bool Seal::expired(const FileInfo& info, const Probe& probe) const { return probe.wall_clock() - info.modified > keep_; }

Result<Secrets> Seal::unconsumed(const Probe& probe, bool& some_consumed) const {
  auto text = probe.read_file(paths::secrets);
  if (!text) return pass(std::move(text));
  auto secrets = load_secrets(*text, paths::secrets);
  wipe(*text);
  if (!secrets) return pass(std::move(secrets));
  const auto take = [&](Secret& secret, const char* consumer) {
    if (secret.empty() || !ledger_.settled(consumer)) return;
    secret = Secret();
    some_consumed = true;
  };
  take(secrets->tailscale_auth_key, "tailscale/login");
  take(secrets->anthropic_token, "openclaw/env");
  take(secrets->gateway_token, "openclaw/env");
  return secrets;
}

Status Seal::look_at_secrets_file(const Probe& probe, Observation& seen) const {
  auto info = probe.stat(paths::secrets);
  if (!info) return pass(std::move(info));
  if (!*info) return {};
  if ((*info)->mode != 0600 || (*info)->uid != 0) seen.drift(paths::secrets, fmt::format("{:04o}", (*info)->mode), "0600, of root");
  bool some_consumed = false;
  auto left = unconsumed(probe, some_consumed);
  if (!left || !any(*left)) {
    seen.drift(paths::secrets, left ? "holds only secrets that were consumed" : "unreadable", "absent");
  } else if (expired(**info, probe)) {
    seen.drift(paths::secrets, fmt::format("older than {} h", keep_.count()), "absent");
  } else if (some_consumed) {
    seen.drift(paths::secrets, "holds a secret that was consumed", "only what the next run needs");
  } else {
    seen.notes.push_back(fmt::format("{} (0600, root) keeps the secrets that are still needed, until they are used or {}", paths::secrets,
                                     utc((*info)->modified + keep_)));
  }
  return {};
}

Result<Observation> Seal::observe(const Probe& probe) const {
  Observation seen;
  for (const auto& path : replaced_files()) {
    auto next = probe.stat(next_of(path));
    if (!next) return pass(std::move(next));
    if (*next) seen.drift(next_of(path), "left by a run that was cut off", "absent");
  }
  AGENT_TRY(look_at_secrets_file(probe, seen));
  auto log = probe.stat(paths::log);
  if (!log) return pass(std::move(log));
  if (*log) seen.drift(paths::log, "present", "destroyed");
  auto copies = find_secret_copies(probe);
  if (!copies) return pass(std::move(copies));
  for (const auto& copy : *copies) seen.drift("copy " + copy.path, "holds a secret", "destroyed");
  const bool all_settled = std::all_of(others_.begin(), others_.end(), [&](const auto& name) { return ledger_.settled(name); });
  auto receipt = probe.stat(paths::receipt);
  if (!receipt) return pass(std::move(receipt));
  if (all_settled && !*receipt) seen.drift("receipt", "absent", "written");
  return seen;
}

Status Seal::rewrite_secrets_file(Host& host) const {
  auto info = host.stat(paths::secrets);
  if (!info) return pass(std::move(info));
  if (!*info) return {};
  bool some_consumed = false;
  auto left = unconsumed(host, some_consumed);
  if (!left || !any(*left) || expired(**info, host)) return host.wipe_file(paths::secrets);
  auto text = dump_secrets(*left);
  const auto written = replace_wiped(host, paths::secrets, text, {0600});
  wipe(text);
  return written;
}

Status Seal::apply(Host& host, const Observation& seen) {
  for (const auto& path : replaced_files()) AGENT_TRY(settle_wiped(host, path));
  if (seen.has(paths::secrets) || seen.has(next_of(paths::secrets))) AGENT_TRY(rewrite_secrets_file(host));
  Json destroyed = Json::array();
  auto copies = find_secret_copies(host);
  if (!copies) return pass(std::move(copies));
  for (const auto& copy : *copies) {
    AGENT_TRY(destroy(host, copy));
    destroyed.push_back(copy.path);
  }
  // The receipt says that first boot is over, so it comes last, and only when everything else is as it should be.
  if (seen.has("receipt")) {
    const Json receipt = {{"schema", 1},
                          {"sealed_at", utc(host.wall_clock())},
                          {"searched", searched_places()},
                          {"destroyed", destroyed},
                          {"not_promised", {"copies on a copy-on-write, journalling-data or flash-remapped medium",
                                            "snapshots and backups taken before", "the metadata service, which root still reaches"}}};
    AGENT_TRY(host.write_file(paths::receipt, receipt.dump(2) + "\n", {0600}));
  }
  return host.wipe_file(paths::log);
}

}  // namespace agent
