// SPDX-License-Identifier: Apache-2.0
// ufw and nft, as they print what they did. Exit codes and words are those of ufw 0.36.2 and nft 1.0.6, asked
// on Debian 12: to delete what isn't there is no error.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "support/fake_host.hpp"

namespace agent::world {

class Ufw {
 public:
  struct Rule {
    std::string text;  // as `ufw show added` prints it, without "ufw "
    bool v6 = true;    // made while IPV6=yes
  };
  bool enabled = false;
  std::string incoming = "deny";  // Debian's default, in force once it is enabled
  std::string outgoing = "allow";
  std::vector<Rule> rules;
  std::function<void()> when_changed;  // but for a reload, and for being switched off
  std::function<void()> when_enabled;  // asked for, whether it was before or not
  std::function<void()> when_disabled;
  bool run_goes_on = false;  // what --revert sees of the run's lock

  static constexpr const char* revert_unit = "bootstrap-agent-revert.service";

  void attach(FakeHost& host);
  [[nodiscard]] bool has(const std::string& rule) const;
  // As it is in ufw's files, which whoever puts them back, or edits them, changes behind ufw's back until the
  // next reload.
  void save(FakeHost& host);
  // Takes what is in the files, as ufw.service does at boot and every command of ufw.
  void load(FakeHost& host);
  [[nodiscard]] bool probe_firewall(const NewConnection& connection) const;

 private:
  std::map<std::string, std::string> saved_;
  [[nodiscard]] std::string verbose() const;
  [[nodiscard]] std::string added() const;
  Completed run(FakeHost& host, const Command& command);
  Completed obey(FakeHost& host, const Command& command);
  std::string allow(const FakeHost& host, const std::string& rule);
};

class Nft {
 public:
  static constexpr const char* unit = "bootstrap-agent-metadata.service";
  std::string loaded;  // the rules file as it was when it was loaded; empty: no table

  void attach(FakeHost& host);
};

}  // namespace agent::world
