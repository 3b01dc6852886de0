// SPDX-License-Identifier: Apache-2.0
#include "resources/seal/seal.hpp"

#include <algorithm>

#include "core/paths.hpp"
#include "resources/seal/webhook.hpp"

namespace agent {
namespace {

constexpr std::size_t most_named = 20;  // every user may make any number of copies in /tmp

// A file name must not send control characters to the terminal.
std::string shown(std::string path) {
  std::replace_if(path.begin(), path.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
  return path;
}

// Destroys all copies, even when one fails: a hard link that somebody made must not save the others.
Status destroy(Host& host, const std::vector<SecretCopy>& copies) {
  Status first;
  for (const auto& copy : copies) {
    auto done = copy.destroy ? host.wipe_file(copy.path) : host.overwrite_secrets(copy.path);
    if (!done && first) first = std::move(done);
  }
  return first;
}

Result<Sealed> destroy_copies(Host& host, SecretCopies copies) {
  std::vector<std::string> paths;
  for (const auto& copy : copies.found) paths.push_back(copy.path);
  auto holders =
      host.processes_that_hold(paths);  // asked now, because these files are about to lose their names
  for (auto& copy : copies.found) copy.held_by = holders[copy.path];
  AGENT_TRY(destroy(host, copies.found));
  AGENT_TRY_ASSIGN(auto again, find_secret_copies(host));
  if (!again.found.empty())
    return fail(Errc::failed, "{} holds a secret again: something keeps writing it",
                shown(again.found.front().path));
  return Sealed{std::move(copies.found), std::move(again.skipped), {}};
}

// journald allocates blocks in advance, from free space. So free space is trimmed before journald starts a
// new file. Blocks that the old file owned but never wrote are trimmed after that.
Status clear_free_space(Host& host, Sealed& sealed) {
  AGENT_TRY_ASSIGN(sealed.free_space, host.trim());
  if (!sealed.free_space.bytes) return {};
  Command rotate;
  rotate.argv = {"journalctl", "--rotate"};
  rotate.timeout = Milliseconds(60'000);
  AGENT_TRY_ASSIGN(const auto rotated, host.run(rotate));
  sealed.journal_rotated = rotated.ok();  // a missing journald is not a failure: the receipt mentions it
  AGENT_TRY_ASSIGN(const auto space, host.trim());
  *sealed.free_space.bytes += space.bytes.value_or(0);
  return {};
}

}  // namespace

Seal::Seal(const Profile& profile, const Ledger& ledger, Run run, std::vector<std::string> others,
           std::vector<std::string> after, Register register_elsewhere)
    : ResourceOf({"seal", std::move(after), {}, true}),
      secrets_file_(profile.keep_unconsumed_secrets, ledger),
      ledger_(ledger),
      run_(run),
      others_(std::move(others)),
      register_elsewhere_(std::move(register_elsewhere)) {}

bool Seal::all_are_settled() const {
  return std::all_of(others_.begin(), others_.end(), [&](const auto& name) { return ledger_.settled(name); });
}

Result<SealState> Seal::look(const Probe& probe) const {
  SealState state;
  AGENT_TRY_ASSIGN(state.secrets_file, secrets_file_.look(probe));
  AGENT_TRY_ASSIGN(state.log, probe.exists(paths::log));
  register_elsewhere_(probe);
  static_cast<void>(register_webhook(probe));
  AGENT_TRY_ASSIGN(state.copies, find_secret_copies(probe));
  AGENT_TRY_ASSIGN(const bool receipt, probe.exists(paths::receipt));
  state.receipt_is_due = !receipt && run_ == Run::whole_server && all_are_settled();
  return state;
}

Observation Seal::describe(const SealState& state) const {
  Observation seen;
  secrets_file_.describe(state.secrets_file, seen);
  if (state.log) seen.drift(paths::log, "present", "destroyed");
  const auto& [found, skipped] = state.copies;
  for (std::size_t i = 0; i < std::min(found.size(), most_named); ++i) {
    const auto& copy = found[i];
    seen.drift("copy " + shown(copy.path),
               copy.partial   ? "incomplete"
               : copy.destroy ? "present"
                              : "with a secret",
               copy.destroy ? "destroyed" : "without it");
  }
  if (found.size() > most_named) seen.drift("more copies", std::to_string(found.size() - most_named), "none");
  if (!skipped.empty())
    seen.note(fmt::format("{} files or directories could not be searched for secrets, such as {}",
                          skipped.size(), shown(skipped.front())));
  if (state.receipt_is_due) seen.drift("receipt", "absent", "written");
  if (!summary_.empty()) seen.note(summary_);
  return seen;
}

// The receipt means that the first boot is complete. So it is written last, and only when everything else is
// as desired.
Status Seal::seal_copies(Host& host, const SealState& state, bool first_boot_is_over) {
  const bool nothing_to_tell = state.copies.found.empty() && !first_boot_is_over;
  if (nothing_to_tell && !SecretsFile::has_drift(state.secrets_file)) return {};
  AGENT_TRY_ASSIGN(const bool receipt, host.exists(paths::receipt));
  AGENT_TRY_ASSIGN(auto sealed, destroy_copies(host, state.copies));
  // A run that was killed while it replaced a file may have left the old contents in free blocks.
  AGENT_TRY(clear_free_space(host, sealed));
  if (nothing_to_tell) return {};
  const bool kept = first_boot_is_over || receipt;
  summary_ = summary(sealed) + (kept ? ": see " + paths::receipt : "");
  if (!kept) return {};
  return host.write_file(paths::receipt, receipt_text(host, sealed), {0600});
}

// Each step runs even when another one fails. The first error is returned.
Status Seal::apply(Host& host, const SealState& state) {
  auto own = secrets_file_.rewrite(host, state.secrets_file);
  auto sealed = seal_copies(host, state, state.receipt_is_due && own);
  // Also when the log did not exist: the first change of a run makes it (commands/worker.cpp), and that may
  // be one of these changes.
  const bool changes = state.log || state.receipt_is_due || !state.copies.found.empty() ||
                       !state.secrets_file.timer_is_right || SecretsFile::has_drift(state.secrets_file);
  auto timer = secrets_file_.set_timer(host);
  auto wiped = changes ? host.wipe_file(paths::log) : Status();
  for (auto* each : {&own, &sealed, &wiped})
    if (!*each) return std::move(*each);
  return timer;
}

}  // namespace agent
