// SPDX-License-Identifier: Apache-2.0
#include "report/json.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace agent {
namespace {

constexpr int schema_version = 1;

constexpr std::array<std::pair<Outcome, std::string_view>, 6> outcomes = {{{Outcome::pending, "pending"},
                                                                           {Outcome::in_sync, "in_sync"},
                                                                           {Outcome::converged, "converged"},
                                                                           {Outcome::drifted, "drifted"},
                                                                           {Outcome::blocked, "blocked"},
                                                                           {Outcome::failed, "failed"}}};

std::string outcome_name(Outcome outcome) {
  for (const auto& [value, name] : outcomes)
    if (value == outcome) return std::string(name);
  return "pending";
}

// Text from programs may hold any bytes; a report is always valid UTF-8.
std::string clean(const std::string& text) {
  const auto dumped = Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
  return Json::parse(dumped).get<std::string>();
}

// The file may contain any number. Within these limits neither a value nor a sum overflows.
std::int64_t count_in(const Json& number) {
  return static_cast<std::int64_t>(std::clamp(number.get<double>(), 0.0, 1e15));
}

}  // namespace

Json to_json(const ResourceReport& resource) {
  Json out = {{"name", resource.name}, {"outcome", outcome_name(resource.outcome)}};
  if (!resource.reason.empty()) out["reason"] = clean(resource.reason);
  if (resource.outcome == Outcome::failed) out["may_pass"] = resource.may_pass;
  out["needs"] = resource.needs;
  out["drifts"] = Json::array();
  for (const auto& drift : resource.drifts)
    out["drifts"].push_back({{"field", clean(drift.field)},
                             {"observed", clean(drift.observed)},
                             {"desired", clean(drift.desired)}});
  out["notes"] = Json::array();
  for (const auto& note : resource.notes) out["notes"].push_back(clean(note));
  out["facts"] = Json::object();
  for (const auto& [key, value] : resource.facts) out["facts"][key] = clean(value);
  out["started_ms"] = resource.started.count();
  out["duration_ms"] = resource.duration.count();
  return out;
}

Json to_json(const Report& report, const RunInfo& run) {
  Json out = {
      {"schema", schema_version},        {"agent", {{"version", run.version}, {"commit", run.commit}}},
      {"command", run.command},          {"mode", report.mode == Mode::enforce ? "enforce" : "check"},
      {"started_at", run.started_at},    {"duration_ms", report.duration.count()},
      {"exit_code", report.exit_code()}, {"changes", report.changes},
      {"facts", Json::object()},         {"resources", Json::array()}};
  if (!report.next_try.empty()) out["next_try"] = report.next_try;
  for (const auto& resource : report.resources) {
    out["resources"].push_back(to_json(resource));
    for (const auto& [key, value] : resource.facts) out["facts"][key] = clean(value);
  }
  return out;
}

Result<ResourceReport> resource_from_json(const Json& in) {
  try {
    ResourceReport resource;
    resource.name = in.at("name").get<std::string>();
    const auto outcome = in.at("outcome").get<std::string>();
    for (const auto& [value, name] : outcomes)
      if (name == outcome) resource.outcome = value;
    resource.reason = in.value("reason", "");
    resource.may_pass = in.value("may_pass", false);
    resource.needs = in.at("needs").get<std::vector<std::string>>();
    for (const auto& drift : in.at("drifts"))
      resource.drifts.push_back({drift.at("field").get<std::string>(),
                                 drift.at("observed").get<std::string>(),
                                 drift.at("desired").get<std::string>()});
    resource.notes = in.at("notes").get<std::vector<std::string>>();
    for (const auto& [key, value] : in.at("facts").items()) resource.facts[key] = value.get<std::string>();
    resource.started = Milliseconds(count_in(in.at("started_ms")));
    resource.duration = Milliseconds(count_in(in.at("duration_ms")));
    return resource;
  } catch (const Json::exception& error) {
    return fail(Errc::invalid, "not a resource of a report: {}", error.what());
  }
}

Result<Report> report_from_json(const Json& in) {
  try {
    if (in.at("schema") != schema_version)
      return fail(Errc::invalid, "a report of schema {}, not {}", in.at("schema").dump(), schema_version);
    Report report;
    report.mode = in.at("mode") == "enforce" ? Mode::enforce : Mode::check;
    report.duration = Milliseconds(count_in(in.at("duration_ms")));
    report.changes = static_cast<std::uint64_t>(count_in(in.at("changes")));
    report.next_try = in.value("next_try", "");
    for (const auto& item : in.at("resources")) {
      AGENT_TRY_ASSIGN(auto resource, resource_from_json(item));
      report.resources.push_back(std::move(resource));
    }
    return report;
  } catch (const Json::exception& error) {
    return fail(Errc::invalid, "not a report: {}", error.what());
  }
}

}  // namespace agent
