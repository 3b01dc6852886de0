// The seal: no secret is left on this machine but where it must live. A resource like any other, last in the plan, and
// enforced also when an earlier one failed: then it spares only what the next run needs.
#pragma once

#include <functional>

#include "core/ledger.hpp"
#include "core/resource.hpp"
#include "profile/profile.hpp"
#include "resources/seal/expiry_timer.hpp"
#include "resources/seal/receipt.hpp"

namespace agent {

class Seal : public Resource {
 public:
  // `others`: every other resource of the plan; the receipt, which says that first boot is over, waits for them all.
  // `after`: those of them that come last as well, but before it.
  // `register_elsewhere` makes known to redact() what secrets another resource keeps: the seal looks for copies of them too.
  using Register = std::function<void(const Probe&)>;
  Seal(const Profile& profile, const Ledger& ledger, std::vector<std::string> others, std::vector<std::string> after,
       Register register_elsewhere);
  [[nodiscard]] Result<Observation> observe(const Probe& probe) const override;
  [[nodiscard]] Status apply(Host& host, const Observation& seen) override;

 private:
  [[nodiscard]] Status look_at_secrets_file(const Probe& probe, Observation& seen) const;
  [[nodiscard]] Status rewrite_secrets_file(Host& host) const;
  [[nodiscard]] Result<Expiry> expiry(const Probe& probe) const;  // of the file that keeps secrets, if there is one
  [[nodiscard]] bool expired(const FileInfo& info, const Probe& probe) const;
  // The secrets in the file that nothing has taken over yet.
  [[nodiscard]] Result<Secrets> unconsumed(const Probe& probe, bool& some_consumed) const;
  [[nodiscard]] static Result<Sealed> destroy_copies(Host& host);
  [[nodiscard]] static Status clear_free_space(Host& host, Sealed& sealed);
  [[nodiscard]] Status seal_copies(Host& host, bool first_boot_is_over, bool secrets_were_used);

  std::chrono::hours keep_;
  const Ledger& ledger_;
  std::vector<std::string> others_;
  Register register_elsewhere_;
  std::optional<std::string> sealed_;  // what apply() has done, for the report
};

}  // namespace agent
