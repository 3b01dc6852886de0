// SPDX-License-Identifier: Apache-2.0
#include "resources/access/metadata_guard.hpp"

#include "core/paths.hpp"
#include "embedded.hpp"
#include "resources/common/untrusted_json.hpp"

namespace agent {
namespace {

const std::string rules_file = paths::configuration + "/metadata.nft";
const std::string nftables_drop_ins = paths::system_units + "nftables.service.d";
const std::string nftables_drop_in = nftables_drop_ins + "/bootstrap-agent.conf";
const std::string table = "bootstrap_agent_metadata";
constexpr const char* v4_address = "169.254.169.254";
constexpr const char* v6_address = "fe80::a9fe:a9fe";

std::string_view rules() { return embedded::metadata_nft; }

// libnftables-json(5): a rule is {"rule": {"chain": …, "expr": [match…, reject]}}. The chain must be hooked
// to output, and must have a rule for each address that rejects every uid except 0.
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

// Whether the loaded rules block the service for every user except root.
bool closes(const MetadataGuardState& state) {
  return state.rules_file == OwnFile::as_made && state.v4 && state.v6;
}

}  // namespace

MetadataGuard::MetadataGuard()
    : ResourceOf({"metadata", {"packages"}, {}}),
      unit_("bootstrap-agent-metadata.service", embedded::bootstrap_agent_metadata_service,
            {true, true, ""}) {}

Result<MetadataGuardState> MetadataGuard::look(const Probe& probe) const {
  AGENT_TRY_ASSIGN(const bool installed, probe.exists("/usr/sbin/nft"));
  if (!installed) return fail(Errc::blocked, "packages: nftables is not installed");
  MetadataGuardState state;
  state.rules_file = look_at_own_file(probe, rules_file, rules());
  state.nftables_drop_in = look_at_own_file(probe, nftables_drop_in, embedded::nftables_conf);
  AGENT_TRY_ASSIGN(state.unit, unit_.look(probe));
  AGENT_TRY_ASSIGN(const auto listed, with_context(probe.query(Query::nft_table(table)), "nft"));
  const auto parsed = parse_json(listed.out);
  if (!listed.ok() || !parsed.is_object() || !parsed.contains("nftables")) return state;
  bool chain = false;
  for (const auto& item : parsed["nftables"]) {
    chain = chain || hooked(item);
    state.v4 = state.v4 || rejects(item, v4_address);
    state.v6 = state.v6 || rejects(item, v6_address);
  }
  state.v4 = state.v4 && chain;
  state.v6 = state.v6 && chain;
  return state;
}

Observation MetadataGuard::describe(const MetadataGuardState& state) const {
  Observation seen;
  describe_own_file(state.rules_file, "rules file", "as shipped", seen);
  describe_own_file(state.nftables_drop_in, "drop-in of nftables.service", "as shipped", seen);
  unit_.describe(state.unit, seen);
  if (!state.v4) seen.drift(v4_address, "open to every user", "root only");
  if (!state.v6) seen.drift(v6_address, "open to every user", "root only");
  return seen;
}

Status MetadataGuard::apply(Host& host, const MetadataGuardState& state) {
  auto unit = state.unit;
  if (!closes(state)) {
    AGENT_TRY(host.make_directory(paths::configuration, {0755}));
    AGENT_TRY(host.write_file(rules_file, rules(), {0644}));
    unit.loaded = false;  // its rules are missing or outdated: a restart loads them
  }
  if (state.nftables_drop_in != OwnFile::as_made) {
    AGENT_TRY(host.make_directory(nftables_drop_ins, {0755}));
    AGENT_TRY(host.write_file(nftables_drop_in, embedded::nftables_conf, {0644}));
    AGENT_TRY(host.reload_manager(Scope::system()));
  }
  return unit_.apply(host, unit);
}

}  // namespace agent
