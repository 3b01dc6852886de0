// SPDX-License-Identifier: Apache-2.0
// ufw and nft, with their output. Exit codes and texts are those of ufw 0.36.2 and nft 1.0.6 on Debian 12:
// deleting an absent rule is not an error.
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
  std::function<void()> when_changed;  // not for a reload, and not when ufw is switched off
  std::function<void()> when_enabled;  // called at each enable, even when ufw is enabled already
  std::function<void()> when_disabled;
  bool run_goes_on = false;  // whether --revert sees a held run lock

  static constexpr const char* revert_unit = "bootstrap-agent-revert.service";

  void attach(FakeHost& host);
  [[nodiscard]] bool has(const std::string& rule) const;
  // The rules in ufw's files. A rollback or an edit changes the files, and ufw notices only at the next
  // reload.
  void save(FakeHost& host);
  // Reads the files, like ufw.service at boot and every ufw command.
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
  std::string loaded;                           // the rules file when it was loaded; empty: no table
  std::string ruleset = R"({"nftables": []})";  // nft -j list ruleset, without that table
  std::string nat;  // iptables-nft-save; the other programs of its kind are not installed

  void attach(FakeHost& host);
};

}  // namespace agent::world
