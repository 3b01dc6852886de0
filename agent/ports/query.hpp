// Every program that a check may run. A Query can only be made here, so this page is the whole list: read it and you know
// that `--verify` and `--plan` run nothing that writes.
#pragma once

#include "ports/types.hpp"

namespace agent {

class Query {
 public:
  // dpkg-query(1): name, status and version of the packages; exit 1 when one is unknown.
  static Query packages(const std::vector<std::string>& names);
  // sshd(8) -T: the configuration in force, as lower-case `keyword value` lines.
  static Query sshd_settings();
  // ufw(8) `status verbose`: status, default policies, rules in force.
  static Query ufw_status();
  // ufw(8) `show added`: the rules as the commands that made them, also while ufw is inactive.
  static Query ufw_added();
  // iptables-save(8) or ip6tables-save(8): the rules that are loaded.
  static Query firewall_rules(bool v6);
  // nft(8) -j list table inet NAME; exit 1 when it is not there.
  static Query nft_table(const std::string& name);
  // `tailscale serve status --json`: {} when nothing is served.
  static Query serve_status();
  // Whether the device of the user's own CLI is paired with the gateway: node(1) reads OpenClaw's database read-only, as that
  // user; exit 0 or 1. (The CLI itself costs seconds a call.)
  static Query cli_paired(const User& user);

  [[nodiscard]] const Command& command() const { return command_; }

 private:
  explicit Query(Command command) : command_(std::move(command)) {}
  Command command_;
};

}  // namespace agent
