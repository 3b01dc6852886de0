// SPDX-License-Identifier: Apache-2.0
#include "resources/seal/secrets_file.hpp"

#include "base/utc.hpp"
#include "core/paths.hpp"
#include "profile/load.hpp"
#include "profile/secret_table.hpp"
#include "resources/common/secure_replace.hpp"

namespace agent {
namespace {

using Content = SecretsFile::State::Content;

bool is_undated(const FileInfo& info, const Probe& probe) {
  constexpr std::chrono::sys_days no_earlier = std::chrono::year(2026) / 1 / 1;  // no agent is older
  const auto now = probe.wall_clock();
  return now >= no_earlier && (info.modified < no_earlier || info.modified > now + std::chrono::minutes(1));
}

bool has_wrong_mode(const SecretsFile::State& state) {
  return state.info && (state.info->mode != 0600 || state.info->uid != 0);
}

}  // namespace

Result<Secrets> SecretsFile::unconsumed(const Probe& probe, bool& some_consumed) const {
  AGENT_TRY_ASSIGN(auto&& text, probe.read_file(paths::secrets));
  auto secrets = load_secrets(text, paths::secrets);
  wipe(text);
  if (!secrets) return secrets;
  for (const auto& row : secret_table()) {
    if (!is_given(*secrets, row) || !ledger_.settled(std::string(row.consumer))) continue;
    forget(*secrets, row);
    some_consumed = true;
  }
  return secrets;
}

Content SecretsFile::content(const Probe& probe, const FileInfo& info) const {
  bool some_consumed = false;
  const auto left = unconsumed(probe, some_consumed);
  if (!left) return Content::unreadable;
  if (left->empty()) return Content::consumed;
  if (is_undated(info, probe)) return Content::undated;
  if (probe.wall_clock() - info.modified > keep_) return Content::too_old;
  return some_consumed ? Content::partly_consumed : Content::needed;
}

Result<SecretsFile::State> SecretsFile::look(const Probe& probe) const {
  State state;
  AGENT_TRY_ASSIGN(state.half_replaced, probe.exists(next_of(paths::secrets)));
  AGENT_TRY_ASSIGN(state.info, probe.stat(paths::secrets));
  if (state.info) state.content = content(probe, *state.info);
  if (state.content != Content::absent && state.content != Content::needed) return state;
  AGENT_TRY_ASSIGN(state.timer_is_right,
                   expiry_is_set(probe, state.info ? expiry_of(*state.info) : std::nullopt));
  return state;
}

void SecretsFile::describe(const State& state, Observation& seen) const {
  if (state.half_replaced) seen.drift(next_of(paths::secrets), "left by an interrupted run", "absent");
  if (has_wrong_mode(state))
    seen.drift(paths::secrets, fmt::format("{:04o}", state.info->mode), "0600, of root");
  switch (state.content) {
    case Content::absent:
      break;
    case Content::needed:
      seen.note(
          fmt::format("{} (0600, root) keeps the secrets that are still needed, until they are used or {}",
                      paths::secrets, utc(*expiry_of(*state.info))));
      break;
    case Content::partly_consumed:
      seen.drift(paths::secrets, "holds a secret that was consumed", "only what the next run needs");
      break;
    case Content::consumed:
      seen.drift(paths::secrets, "holds only secrets that were consumed", "absent");
      break;
    case Content::unreadable:
      seen.drift(paths::secrets, "unreadable", "absent");
      break;
    case Content::too_old:
      seen.drift(paths::secrets, fmt::format("older than {} h", keep_.count()), "absent");
      break;
    case Content::undated:
      seen.drift(paths::secrets, "written at " + utc(state.info->modified) + ", by a wrong clock", "dated");
      break;
  }
  if (state.timer_is_right) return;
  seen.drift("timer", state.info ? "absent, or for another time" : "present",
             state.info ? utc(*expiry_of(*state.info)) : "absent");
}

bool SecretsFile::has_drift(const State& state) {
  return state.half_replaced || has_wrong_mode(state) ||
         (state.content != Content::absent && state.content != Content::needed);
}

// The secrets that are still needed are read again, because settle_secure_replace() may just have finished an
// interrupted replacement.
Status SecretsFile::rewrite(Host& host, const State& state) const {
  if (!has_drift(state)) return {};
  AGENT_TRY(settle_secure_replace(host, paths::secrets));
  AGENT_TRY_ASSIGN(const auto info, host.stat(paths::secrets));
  if (!info) return {};
  bool some_consumed = false;
  const auto left = unconsumed(host, some_consumed);
  const bool too_old = !is_undated(*info, host) && host.wall_clock() - info->modified > keep_;
  if (!left || left->empty() || too_old) return host.wipe_file(paths::secrets);
  auto text = dump_secrets(*left);
  const auto written = secure_replace(host, paths::secrets, text, {0600});
  wipe(text);
  return written;
}

Status SecretsFile::set_timer(Host& host) const {
  AGENT_TRY_ASSIGN(const auto info, host.stat(paths::secrets));
  return set_expiry(host, info ? expiry_of(*info) : std::nullopt);
}

}  // namespace agent
