#include "resources/access/metadata_guard.hpp"

#include "core/paths.hpp"
#include "embedded.hpp"
#include "resources/common/systemd_unit.hpp"
#include "resources/common/untrusted_json.hpp"

namespace agent {
namespace {

const std::string unit_name = "bootstrap-agent-metadata.service";
const std::string rules_file = paths::configuration + "/metadata.nft";
const std::string table = "bootstrap_agent_metadata";

std::string_view rules() { return embedded::metadata_nft; }
std::string_view unit() { return embedded::bootstrap_agent_metadata_service; }

// libnftables-json(5): a rule is {"rule": {"chain": …, "expr": [match…, reject]}}. What counts is that the chain is hooked
// to output, and holds for each address a rule that rejects every uid but 0.
bool rejects(const Json& item, std::string_view address) {
  const auto rule = item.find("rule");
  if (rule == item.end() || !rule->contains("expr")) return false;
  const auto& expressions = (*rule)["expr"];
  const auto text = expressions.dump();
  const bool matches = text.find(fmt::format("\"{}\"", address)) != std::string::npos;
  const bool others = text.find("skuid") != std::string::npos && text.find("\"!=\"") != std::string::npos;
  return matches && others && !expressions.empty() && expressions.back().contains("reject");
}

bool hooked(const Json& item) {
  const auto chain = item.find("chain");
  return chain != item.end() && text_in(*chain, "hook") == "output" && text_in(*chain, "type") == "filter";
}

}  // namespace

MetadataGuard::MetadataGuard() : Resource({"metadata", {"packages"}, {}}) {}

Result<Observation> MetadataGuard::observe(const Probe& probe) const {
  AGENT_TRY_ASSIGN(auto installed, probe.stat("/usr/sbin/nft"));
  if (!installed) return Observation::blocked("packages: nftables is not installed");
  Observation seen;
  auto text = probe.read_file(rules_file);
  seen.expect("rules file", text ? (*text == rules() ? "as shipped" : "changed") : "absent", "as shipped");
  AGENT_TRY(observe_system_unit(probe, unit_name, unit(), "", seen));
  AGENT_TRY_ASSIGN(auto listed, with_context(probe.query(Query::nft_table(table)), "nft"));
  const auto parsed = parse_json(listed.out);
  bool chain = false;
  bool v4 = false;
  bool v6 = false;
  if (listed.ok() && parsed.is_object() && parsed.contains("nftables"))
    for (const auto& item : parsed["nftables"]) {
      chain = chain || hooked(item);
      v4 = v4 || rejects(item, "169.254.169.254");
      v6 = v6 || rejects(item, "fe80::a9fe:a9fe");
    }
  seen.expect("169.254.169.254", chain && v4 ? "root only" : "open to every user", "root only");
  seen.expect("fe80::a9fe:a9fe", chain && v6 ? "root only" : "open to every user", "root only");
  return seen;
}

Status MetadataGuard::apply(Host& host, const Observation& seen) {
  AGENT_TRY(host.make_directory(paths::configuration, {0755}));
  AGENT_TRY(host.write_file(rules_file, rules(), {0644}));
  return apply_system_unit(host, unit_name, unit(), seen);  // restarting it loads the rules
}

}  // namespace agent
