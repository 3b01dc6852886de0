// SPDX-License-Identifier: Apache-2.0
// Every program that a check may run. A Query can only be made here, so this file is the complete list: it
// shows that `--verify` and `--plan` run nothing that writes.
#pragma once

#include "ports/types.hpp"

namespace agent {

class Query {
 public:
  // dpkg-query(1): name, status and version of the packages; exit 1 when one is unknown.
  static Query packages(const std::vector<std::string>& names);
  // sshd(8) -T: the configuration in force, as lower-case `keyword value` lines.
  static Query sshd_settings();
  // sshd(8) -G: the same from its files alone; it needs neither host keys nor a run directory. OpenSSH 9.3
  // and later.
  static Query sshd_file_settings();
  // ufw(8) `status verbose`: status, default policies, rules in force.
  static Query ufw_status();
  // ufw(8) `show added`: the rules, as the commands that made them. Works also while ufw is inactive.
  static Query ufw_added();
  // nft(8) -j list table inet NAME; exit 1 when it is not there.
  static Query nft_table(const std::string& name);
  // nft(8) -j list ruleset: the rules of all tables.
  static Query nft_rules();
  // iptables-save(8), for IPv4 and IPv6, of both back ends: the rules of all tables that exist. Without
  // --table, so that none is made.
  static std::vector<Query> iptables_rules();
  // `tailscale serve status --json`: {} when nothing is served.
  static Query serve_status();
  // sudo(8) -l -U: the rules by which this user may run programs as another.
  static Query sudo_rules(const std::string& user);
  // Whether an SQL query on an SQLite database in the user's home gives one row whose values are all 1.
  // node(1) opens the file read-only, as that user. Exit 0 or 1.
  static Query database_says_one(const User& user, const std::string& file, const std::string& sql);

  [[nodiscard]] const Command& command() const { return command_; }

 private:
  explicit Query(Command command) : command_(std::move(command)) {}
  Command command_;
};

}  // namespace agent
