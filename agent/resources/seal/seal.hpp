// SPDX-License-Identifier: Apache-2.0
// The seal: it leaves no secret on this machine, except where the secret must be. It is a resource like any
// other, and the last in the plan. It is enforced even when an earlier resource failed; then it keeps only
// what the next run needs.
#pragma once

#include <functional>

#include "core/ledger.hpp"
#include "core/resource.hpp"
#include "profile/profile.hpp"
#include "resources/seal/receipt.hpp"
#include "resources/seal/secrets_file.hpp"

namespace agent {

struct SealState {
  SecretsFile::State secrets_file;
  bool log = false;  // the agent's own log exists
  SecretCopies copies;
  bool receipt_is_due = false;  // the first boot is complete, and there is no receipt yet
};

class Seal : public ResourceOf<SealState> {
 public:
  // A run of only the seal, at a later boot, cannot know that the first boot is complete.
  enum class Run { whole_server, seal_alone };
  // Registers the secrets of other resources with redact(): the seal also looks for copies of them.
  using Register = std::function<void(const Probe&)>;
  // `others`: every other resource of the plan; the receipt is written only when all of them are settled.
  // `after`: those of them that are also marked `last`, but come before the seal.
  Seal(const Profile& profile, const Ledger& ledger, Run run, std::vector<std::string> others,
       std::vector<std::string> after, Register register_elsewhere);
  [[nodiscard]] Result<SealState> look(const Probe& probe) const override;
  [[nodiscard]] Observation describe(const SealState& state) const override;
  [[nodiscard]] Status apply(Host& host, const SealState& state) override;

 private:
  [[nodiscard]] Status seal_copies(Host& host, const SealState& state, bool first_boot_is_over);
  [[nodiscard]] bool all_are_settled() const;

  SecretsFile secrets_file_;
  const Ledger& ledger_;
  Run run_;
  std::vector<std::string> others_;
  Register register_elsewhere_;
  std::string summary_;  // what apply() has done, for the report
};

}  // namespace agent
