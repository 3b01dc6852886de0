// SPDX-License-Identifier: Apache-2.0
// The seal: no secret is left on this machine but where it must live. A resource like any other, last in the
// plan, and enforced also when an earlier one failed: then it spares only what the next run needs.
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
  bool log = false;  // the agent's own is there
  SecretCopies copies;
  bool receipt_is_due = false;  // first boot is over, and no receipt says so
};

class Seal : public ResourceOf<SealState> {
 public:
  // A run of the seal alone, at a later boot, cannot say that first boot is over.
  enum class Run { whole_server, seal_alone };
  // Makes known to redact() what secrets other resources keep: the seal looks for copies of them too.
  using Register = std::function<void(const Probe&)>;
  // `others`: every other resource of the plan; the receipt waits for them all. `after`: those of them that
  // come last as well, but before it.
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
  std::string summary_;  // of what apply() has done, for the report
};

}  // namespace agent
