// SPDX-License-Identifier: Apache-2.0
// The file that keeps the secrets which nothing has taken over yet: only what the next run needs stays in it,
// and not for ever.
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
  // `keep`: how long a secret that is still needed may stay.
  SecretsFile(std::chrono::hours keep, const Ledger& ledger) : keep_(keep), ledger_(ledger) {}

  struct State {
    bool half_replaced = false;  // a run was cut off while it replaced the file
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
    bool timer_is_right = true;  // looked at where nothing else is wrong: it is seen to when the file is
  };
  [[nodiscard]] Result<State> look(const Probe& probe) const;
  void describe(const State& state, Observation& seen) const;
  // Whether a secret in it was used, or the file is not as it should be: free blocks may hold old contents.
  [[nodiscard]] static bool has_drift(const State& state);

  // Leaves what look() says is needed. Nothing is changed when nothing is wrong.
  [[nodiscard]] Status rewrite(Host& host, const State& state) const;
  // The timer that ends the file's time, as the file now is.
  [[nodiscard]] Status set_timer(Host& host) const;

 private:
  [[nodiscard]] Expiry expiry_of(const FileInfo& info) const { return info.modified + keep_; }
  // The secrets in the file that nothing has taken over yet; `some_consumed` when there are others.
  [[nodiscard]] Result<Secrets> unconsumed(const Probe& probe, bool& some_consumed) const;
  [[nodiscard]] State::Content content(const Probe& probe, const FileInfo& info) const;

  std::chrono::hours keep_;
  const Ledger& ledger_;
};

}  // namespace agent
