// SPDX-License-Identifier: Apache-2.0
#include "ports/query.hpp"

namespace agent {
namespace {

// LC_ALL: a program reads the output. PYTHONDONTWRITEBYTECODE: ufw is written in Python, and a check must not
// write anything.
Command look(std::vector<std::string> argv) {
  Command command;
  command.argv = std::move(argv);
  command.env = {{"LC_ALL", "C"}, {"PYTHONDONTWRITEBYTECODE", "1"}};
  command.timeout = Milliseconds(30'000);
  return command;
}

}  // namespace

Query Query::packages(const std::vector<std::string>& names) {
  std::vector<std::string> argv = {"dpkg-query", "--show", "--showformat=${Package} ${db:Status-Status}\\n",
                                   "--"};
  argv.insert(argv.end(), names.begin(), names.end());
  return Query(look(std::move(argv)));
}

Query Query::sshd_settings() { return Query(look({"sshd", "-T"})); }
Query Query::sshd_file_settings() { return Query(look({"sshd", "-G"})); }
Query Query::ufw_status() { return Query(look({"ufw", "status", "verbose"})); }
Query Query::ufw_added() { return Query(look({"ufw", "show", "added"})); }
Query Query::nft_table(const std::string& name) {
  return Query(look({"nft", "-j", "list", "table", "inet", name}));
}
Query Query::nft_rules() { return Query(look({"nft", "-j", "list", "ruleset"})); }
std::vector<Query> Query::iptables_rules() {
  std::vector<Query> all;
  for (const char* program :
       {"iptables-nft-save", "ip6tables-nft-save", "iptables-legacy-save", "ip6tables-legacy-save"})
    all.push_back(Query(look({program})));
  return all;
}
Query Query::serve_status() { return Query(look({"/usr/local/bin/tailscale", "serve", "status", "--json"})); }
Query Query::sudo_rules(const std::string& user) {
  return Query(look({"sudo", "--non-interactive", "-l", "-U", user}));
}

Query Query::database_says_one(const User& user, const std::string& file, const std::string& sql) {
  const std::string script =
      "const{DatabaseSync}=require('node:sqlite');"
      "const db=new DatabaseSync(process.argv[1],{readOnly:true});"
      "const rows=db.prepare(process.argv[2]).all();"
      "process.exit(rows.length===1&&Object.values(rows[0]).every(value=>value===1)?0:1)";
  auto command = look({"/usr/local/bin/node", "-e", script, "--", user.home + "/" + file, sql});
  command.env["HOME"] = user.home;
  command.env["NODE_NO_WARNINGS"] = "1";
  command.user = user;
  command.directory = user.home;
  return Query(std::move(command));
}

}  // namespace agent
