// SPDX-License-Identifier: Apache-2.0
// The file with the secrets that no resource has consumed yet. Only what the next run needs stays in it, and
// only for a limited time.
#pragma once

#include <chrono>
#include <optional>

#include "core/ledger.hpp"
#include "core/observation.hpp"
#include "ports/host.hpp"
#include "profile/profile.hpp"
#include "resources/seal/expiry_timer.hpp"

namespace agent {

class SecretsFile {
 public:
  // `keep`: how long a secret that is still needed may stay in the file.
  SecretsFile(std::chrono::hours keep, const Ledger& ledger) : keep_(keep), ledger_(ledger) {}

  struct State {
    bool half_replaced = false;  // a run was interrupted while it replaced the file
    enum class Content {
      absent,
      needed,           // all of it
      partly_consumed,  // some of it is needed
      consumed,
      unreadable,
      too_old,
      undated,  // dated by a wrong clock, which was corrected since: its age is unknown, and
                // counts from now
    } content = Content::absent;
    std::optional<FileInfo> info;
    bool timer_is_right =
        true;  // checked only when nothing else is wrong: otherwise it is set together with the file
  };
  [[nodiscard]] Result<State> look(const Probe& probe) const;
  void describe(const State& state, Observation& seen) const;
  // Whether a secret in it was consumed, or the file is not as desired. Then free blocks may have old
  // contents.
  [[nodiscard]] static bool has_drift(const State& state);

  // Keeps only the secrets that are still needed. Changes nothing when there is no drift.
  [[nodiscard]] Status rewrite(Host& host, const State& state) const;
  // Sets the timer for the current file.
  [[nodiscard]] Status set_timer(Host& host) const;

 private:
  [[nodiscard]] Expiry expiry_of(const FileInfo& info) const { return info.modified + keep_; }
  // The secrets in the file that no resource has consumed yet. Sets `some_consumed` when there are others.
  [[nodiscard]] Result<Secrets> unconsumed(const Probe& probe, bool& some_consumed) const;
  [[nodiscard]] State::Content content(const Probe& probe, const FileInfo& info) const;

  std::chrono::hours keep_;
  const Ledger& ledger_;
};

}  // namespace agent
