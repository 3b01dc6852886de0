// SPDX-License-Identifier: Apache-2.0
// What the gateway's user may do as root: checks, and --reconcile without options. No command that takes a
// path, stdin, a URL or a secret.
#pragma once

#include "core/resource.hpp"
#include "resources/common/own_file.hpp"

namespace agent {

struct SudoersState {
  OwnFile file = OwnFile::absent;
  mode_t mode = 0440;  // as wanted, where there is no file
  uid_t owner = 0;
  std::vector<std::string> granting;     // paths of other files that give this user something
  std::vector<std::string> other_rules;  // sudo's own list, without what we write
  std::string unseen;                    // why sudo gives no list
};

class Sudoers : public ResourceOf<SudoersState> {
 public:
  explicit Sudoers(std::string user);
  [[nodiscard]] Result<SudoersState> look(const Probe& probe) const override;
  [[nodiscard]] Observation describe(const SudoersState& state) const override;
  [[nodiscard]] Status apply(Host& host, const SudoersState& state) override;

  // The whole file. Every command has its exact arguments (sudoers(5): listed arguments must match).
  [[nodiscard]] static std::string content(const std::string& user);

 private:
  [[nodiscard]] Status write_own_file(Host& host) const;
  [[nodiscard]] Status revoke(Host& host, const std::string& file) const;
  std::string user_;
};

}  // namespace agent
