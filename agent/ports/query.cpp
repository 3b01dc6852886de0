#include "ports/query.hpp"

namespace agent {
namespace {

// LC_ALL: their output is read by a program. PYTHONDONTWRITEBYTECODE: ufw is Python, and a check writes nothing.
Command look(std::vector<std::string> argv) {
  Command command;
  command.argv = std::move(argv);
  command.env = {{"LC_ALL", "C"}, {"PYTHONDONTWRITEBYTECODE", "1"}};
  command.timeout = Milliseconds(30'000);
  return command;
}

}  // namespace

Query Query::packages(const std::vector<std::string>& names) {
  std::vector<std::string> argv = {"dpkg-query", "--show", "--showformat=${Package} ${db:Status-Status}\\n", "--"};
  argv.insert(argv.end(), names.begin(), names.end());
  return Query(look(std::move(argv)));
}

Query Query::sshd_settings() { return Query(look({"sshd", "-T"})); }
Query Query::ufw_status() { return Query(look({"ufw", "status", "verbose"})); }
Query Query::ufw_added() { return Query(look({"ufw", "show", "added"})); }
Query Query::firewall_rules(bool v6) { return Query(look({v6 ? "ip6tables-save" : "iptables-save"})); }
Query Query::nft_table(const std::string& name) { return Query(look({"nft", "-j", "list", "table", "inet", name})); }
Query Query::serve_status() { return Query(look({"/usr/local/bin/tailscale", "serve", "status", "--json"})); }

Query Query::cli_paired(const User& user) {
  // OpenClaw 2026.9.6, state/openclaw.sqlite: the identity "primary" has an operator token, and the gateway's list the same.
  const std::string script =
      "const{DatabaseSync}=require('node:sqlite');"
      "const db=new DatabaseSync(process.argv[1],{readOnly:true});"
      "const row=db.prepare(\"select count(*) n from device_identities i join device_pairing_paired p using(device_id) "
      "join device_auth_tokens t using(device_id) where i.identity_key='primary' and t.role='operator' "
      "and json_extract(p.tokens_json,'$.operator.token')=t.token\").get();"
      "process.exit(row.n===1?0:1)";
  auto command = look({"/usr/local/bin/node", "-e", script, "--", user.home + "/.openclaw/state/openclaw.sqlite"});
  command.env["HOME"] = user.home;
  command.env["NODE_NO_WARNINGS"] = "1";
  command.user = user;
  command.directory = user.home;
  return Query(std::move(command));
}

}  // namespace agent
