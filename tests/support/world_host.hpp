// SPDX-License-Identifier: Apache-2.0
// The fake host of a simulated server. Its units come from its unit files. At every change it checks the
// rules that must always hold: where a secret may be, and how it is destroyed.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "support/fake_host.hpp"
#include "support/world_systemd.hpp"

namespace agent::world {

class WorldHost : public FakeHost {
 public:
  WorldHost();

  // Values that must never be in argv, environment, messages or unlisted files. Values from random_hex() are
  // added.
  std::vector<std::string> canaries;
  // The only files that may contain them (with mode 0600), by the path that the agent uses.
  std::set<std::string> may_hold_secrets;
  // Not 0: threads yield to each other at changes, with this random seed.
  std::uint64_t shake = 0;

  // Violations of the rules above, in words.
  [[nodiscard]] std::vector<std::string> breaches() const;
  void breach(const std::string& what);

  [[nodiscard]] bool holds_secret(std::string_view text) const;
  // Files that contain a canary now, by absolute path.
  [[nodiscard]] std::vector<std::string> files_with_secrets() const;

  // Like a systemd that was just started.
  void read_units_again();

  Result<UnitState> unit(const Scope& scope, const std::string& name) const override;
  void progress(std::string_view line) override;
  Result<std::string> random_hex(std::size_t bytes) override;

 protected:
  Status before(std::string_view change, std::string_view what) override;
  Status do_write_file(const Path& path, std::string_view content, const FileMode& mode) override;
  Status do_remove(const Path& path) override;
  Status do_remove_tree(const std::string& directory) override;
  Result<Completed> do_run(const Command& command) override;

 private:
  void watch_unlink(const std::string& path);

  mutable UnitFiles unit_files_;
  std::vector<std::string> breaches_;
  std::atomic<std::uint64_t> moments_{0};
};

}  // namespace agent::world
