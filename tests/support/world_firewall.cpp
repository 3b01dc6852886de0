// SPDX-License-Identifier: Apache-2.0
#include "support/world_firewall.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "resources/access/firewall/firewall_rollback.hpp"
#include "support/world_programs.hpp"

namespace agent::world {
namespace {

using nlohmann::json;

const std::string ufw_program = "/usr/sbin/ufw";
const std::string rules_file = "/etc/bootstrap-agent/metadata.nft";

const std::string rules_begin = "*filter\n";

// A rule of these words as ufw prints it: names with a space are in quotes.
std::string printed(const std::vector<std::string>& argv, std::size_t skip) {
  std::string text;
  for (auto at = skip; at < argv.size(); ++at)
    text +=
        (at == skip ? "" : " ") + (argv[at].find(' ') == std::string::npos ? argv[at] : "'" + argv[at] + "'");
  return text;
}

// `ufw delete` and `ufw allow` ignore the comment of a rule.
std::string without_comment(const std::string& rule) { return rule.substr(0, rule.find(" comment '")); }

// Every ufw command first reads the settings.
std::optional<Completed> no_policy(const FakeHost& host) {
  const auto* defaults = host.files.find("/etc/default/ufw");
  if (defaults == nullptr || defaults->content.find("DEFAULT_INPUT_POLICY=") != std::string::npos) return {};
  return refuses(1, "ERROR: Missing policy for 'input'\n");
}

bool ipv6(const FakeHost& host) {
  const auto* defaults = host.files.find("/etc/default/ufw");
  return defaults != nullptr && ("\n" + defaults->content).find("\nIPV6=yes\n") != std::string::npos;
}

// libnftables-json(5), for the two relevant lines of the loaded file.
json table_of(const std::string& rules) {
  json items = json::array({{{"metainfo", {{"json_schema_version", 1}}}}});
  const bool hooked = rules.find("hook output") != std::string::npos;
  items.push_back(
      {{"chain",
        {{"name", "output"}, {"type", "filter"}, {"hook", hooked ? "output" : "input"}, {"prio", -10}}}});
  for (const char* address : {"169.254.169.254", "fe80::a9fe:a9fe"}) {
    if (rules.find(address) == std::string::npos) continue;
    const json daddr = {
        {"match", {{"op", "=="}, {"left", {{"payload", {{"field", "daddr"}}}}}, {"right", address}}}};
    const json others = {{"match", {{"op", "!="}, {"left", {{"meta", {{"key", "skuid"}}}}}, {"right", 0}}}};
    items.push_back({{"rule", {{"chain", "output"}, {"expr", {daddr, others, {{"reject", nullptr}}}}}}});
  }
  return {{"nftables", items}};
}

Completed invalid_syntax() {
  return {1, false, "\nUsage: ufw COMMAND\n\nCommands:\n enable    enables the firewall\n",
          "ERROR: Invalid syntax\n"};
}

}  // namespace

bool Ufw::has(const std::string& rule) const {
  return std::any_of(rules.begin(), rules.end(),
                     [&](const Rule& each) { return without_comment(each.text) == rule; });
}

std::string Ufw::verbose() const {
  if (!enabled) return "Status: inactive\n";
  std::string out =
      "Status: active\nLogging: on (low)\nDefault: " + incoming + " (incoming), " + outgoing +
      " (outgoing), disabled (routed)\nNew profiles: skip\n\n"
      "To                         Action      From\n--                         ------      ----\n";
  for (const bool v6 : {false, true})
    for (const auto& rule : rules) {
      if (v6 && !rule.v6) continue;
      const bool tailnet = without_comment(rule.text) == "allow in on tailscale0";
      const auto to = tailnet ? std::string(v6 ? "Anywhere (v6) on tailscale0" : "Anywhere on tailscale0")
                              : rule.text.substr(rule.text.rfind(' ') + 1) + (v6 ? " (v6)" : "");
      out += fmt::format("{:<26} ALLOW IN    Anywhere{}\n", to, v6 ? " (v6)" : "");
    }
  return out;
}

std::string Ufw::added() const {
  std::string out = "Added user rules (see 'ufw status' for running firewall):\n";
  for (const auto& rule : rules) out += "ufw " + rule.text + "\n";
  return rules.empty() ? out + "(None)\n" : out;
}

std::string Ufw::allow(const FakeHost& host, const std::string& rule) {
  const auto known = std::find_if(rules.begin(), rules.end(),
                                  [&](const Rule& each) { return without_comment(each.text) == rule; });
  const std::string all = known == rules.end() || (ipv6(host) && !known->v6)
                              ? "Rules updated\nRules updated (v6)\n"
                              : "Skipping adding existing rule\nSkipping adding existing rule (v6)\n";
  if (known == rules.end())
    rules.push_back({rule, ipv6(host)});
  else
    known->v6 = known->v6 || ipv6(host);
  return all;
}

void Ufw::save(FakeHost& host) {
  std::string v4 = rules_begin;
  std::string v6 = rules_begin;
  for (const auto& rule : rules) {
    v4 += rule.text + "\n";
    if (rule.v6) v6 += rule.text + "\n";
  }
  saved_ = {{"/etc/ufw/user.rules", v4},
            {"/etc/ufw/user6.rules", v6},
            {"/etc/ufw/ufw.conf",
             fmt::format("ENABLED={}\nDEFAULTS={} {}\n", enabled ? "yes" : "no", incoming, outgoing)}};
  for (const auto& [path, text] : saved_) host.files.put(path, text, {0640});
}

// A file that differs from ufw's own last version was changed by another program.
void Ufw::load(FakeHost& host) {
  const auto text_of = [&](const std::string& path) {
    const auto* node = host.files.find(path);
    return node == nullptr ? std::string() : node->content;
  };
  if (std::all_of(saved_.begin(), saved_.end(),
                  [&](const auto& each) { return text_of(each.first) == each.second; }))
    return;
  std::istringstream conf(text_of("/etc/ufw/ufw.conf"));
  std::string line;
  std::getline(conf, line);
  enabled = line == "ENABLED=yes";
  conf.ignore(9) >> incoming >> outgoing;
  rules.clear();
  std::istringstream v4(text_of("/etc/ufw/user.rules"));
  const auto v6 = "\n" + text_of("/etc/ufw/user6.rules");
  while (std::getline(v4, line))
    if (line + "\n" != rules_begin) rules.push_back({line, v6.find("\n" + line + "\n") != std::string::npos});
}

bool Ufw::probe_firewall(const NewConnection& connection) const {
  if (!enabled || incoming == "allow") return true;
  const bool tailnet = connection.to.starts_with("100.") || connection.to.starts_with("fd7a:");
  if (tailnet) return has("allow in on tailscale0");
  return has(fmt::format("allow {}/tcp", connection.port)) ||
         has(fmt::format("allow from {} to any port {} proto tcp", connection.from, connection.port));
}

Completed Ufw::run(FakeHost& host, const Command& command) {
  load(host);
  auto done = obey(host, command);
  save(host);
  return done;
}

Completed Ufw::obey(FakeHost& host, const Command& command) {
  const auto& argv = command.argv;
  const auto arguments = joined(argv, 1);
  if (when_changed && arguments != "reload" && arguments != "disable") when_changed();
  if (argv.at(1) == "default") {
    (argv.at(3) == "incoming" ? incoming : outgoing) = argv.at(2);
    return says(fmt::format("Default {} policy changed to '{}'\n(be sure to update your rules accordingly)\n",
                            argv.at(3), argv.at(2)));
  } else if (argv.at(1) == "allow") {
    return says(allow(host, arguments));
  } else if (arguments == "reload") {
    return says(enabled ? "Firewall reloaded\n" : "Firewall not enabled (skipping reload)\n");
  } else if (arguments == "disable") {
    if (when_disabled) when_disabled();
    enabled = false;
    return says("Firewall stopped and disabled on system startup\n");
  } else if (arguments == "--force enable") {
    for (const char* name : {"before", "before6", "after", "after6", "user", "user6"}) {
      const auto path = fmt::format("/etc/ufw/{}.rules", name);
      const auto* file = host.files.find(path);
      if (file != nullptr && file->content.empty())
        return refuses(1, "ERROR: problem running ufw-init\n\nCouldn't find '" + path + "'\n\n");
    }
    if (when_enabled) when_enabled();
    enabled = true;
    return says("Firewall is active and enabled on system startup\n");
  } else if (const bool routed = arguments.starts_with("--force route delete ");
             routed || arguments.starts_with("--force delete ")) {
    for (const auto& word : argv)
      if (word.find('\'') != std::string::npos) return invalid_syntax();
    const auto rule = (routed ? "route " : "") + printed(argv, routed ? 4 : 3);
    if (!has(rule))
      return says("Could not delete non-existent rule\nCould not delete non-existent rule (v6)\n");
    std::erase_if(rules, [&](const Rule& each) { return without_comment(each.text) == rule; });
    return says("Rule deleted\nRule deleted (v6)\n");
  }
  return invalid_syntax();
}

void Ufw::attach(FakeHost& host) {
  host.on_run("ufw", [this](FakeHost& on, const Command& command) -> Result<Completed> {
    if (!runnable(on.files, ufw_program)) return fail(Errc::not_found, "run ufw: no such program");
    if (auto failed = no_policy(on)) return *failed;
    return run(on, command);
  });
  host.firewall = [this](const NewConnection& connection) { return probe_firewall(connection); };
  host.on_start(revert_unit, [this](FakeHost& on, UnitState& state) -> Status {
    state.active_state = "inactive";  // a finished oneshot
    return firewall_rollback::revert_beside(on, run_goes_on ? "pid 1" : "");
  });
  host.on_query("ufw", [this](const FakeHost& on, const Command& command) -> Result<Completed> {
    if (!runnable(on.files, ufw_program)) return fail(Errc::not_found, "run ufw: no such program");
    if (auto failed = no_policy(on)) return *failed;
    return says(command.argv.at(1) == "status" ? verbose() : added());
  });
}

void Nft::attach(FakeHost& host) {
  host.on_query("nft", [this](const FakeHost&, const Command& command) -> Result<Completed> {
    if (command.argv.back() == "ruleset") return says(ruleset);
    if (loaded.empty())
      return refuses(1, "Error: No such file or directory\nlist table inet " + command.argv.back() +
                            "\n                ^^^^\n");
    return says(table_of(loaded).dump());
  });
  host.on_query("iptables-nft-save",
                [this](const FakeHost&, const Command&) -> Result<Completed> { return says(nat); });
  host.on_start(unit, [this](FakeHost& on, UnitState& state) -> Status {
    const auto* file = on.files.find(rules_file);
    const bool good = file != nullptr && runnable(on.files, "/usr/sbin/nft");
    state.active_state = good ? "active" : "failed";
    state.sub_state = good ? "exited" : "failed";
    state.result = good ? "success" : "exit-code";
    if (!good) return fail(Errc::failed, "{}: exit-code", unit);
    loaded = file->content;
    return {};
  });
}

}  // namespace agent::world
