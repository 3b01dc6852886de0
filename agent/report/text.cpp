// SPDX-License-Identifier: Apache-2.0
#include "report/text.hpp"

#include <algorithm>

namespace agent {
namespace {

double seconds(Milliseconds time) { return static_cast<double>(time.count()) / 1000.0; }

std::size_t name_width(const Report& report) {
  std::size_t width = 0;
  for (const auto& resource : report.resources) width = std::max(width, resource.name.size());
  return width;
}

// Several resources have facts; the first one with this key wins.
std::string fact(const Report& report, const std::string& key) {
  for (const auto& resource : report.resources)
    if (const auto found = resource.facts.find(key); found != resource.facts.end()) return found->second;
  return {};
}

// Names, and texts from programs and servers, must not send control characters to the terminal or the
// console.
std::string for_terminal(std::string text) {
  unsigned char before = 0;
  for (auto& c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool c1 = before == 0xc2 && byte >= 0x80 && byte < 0xa0;  // U+0080 to U+009F
    if ((byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7f || c1) c = '?';
    before = byte;
  }
  return text;
}

std::string details(const ResourceReport& resource) {
  std::string out;
  const bool has_drift = resource.outcome == Outcome::drifted || resource.outcome == Outcome::failed;
  if (!resource.reason.empty()) out += fmt::format("      {}\n", resource.reason);
  if (has_drift)
    for (const auto& drift : resource.drifts)
      out += fmt::format("      {}: is {}, should be {}\n", drift.field, drift.observed, drift.desired);
  for (const auto& note : resource.notes) out += fmt::format("      note: {}\n", note);
  return out;
}

std::string closing(const Report& report) {
  const auto good = report.count(Outcome::in_sync) + report.count(Outcome::converged);
  std::string counts = fmt::format("{} of {} resources as desired", good, report.resources.size());
  for (const auto outcome : {Outcome::converged, Outcome::drifted, Outcome::blocked, Outcome::failed})
    if (const auto count = report.count(outcome); count > 0)
      counts += fmt::format(", {} {}", count, to_string(outcome));
  if (report.mode == Mode::enforce) counts += fmt::format("; {} changes", report.changes);
  counts += fmt::format("; {:.1f} s\n", seconds(report.duration));
  if (!report.next_try.empty()) counts += fmt::format("next automatic try: {}\n", report.next_try);
  const auto url = fact(report, "url");
  if (good == report.resources.size() && !url.empty()) counts += fmt::format("gateway: {}\n", url);
  return counts;
}

}  // namespace

std::string line_for(const ResourceReport& resource) {
  const auto at = seconds(resource.started + resource.duration);
  if (resource.outcome == Outcome::pending)
    return fmt::format("{:7.1f} s  {} …", seconds(resource.started), resource.name);
  auto line = fmt::format("{:7.1f} s  {}: {}", at, resource.name, to_string(resource.outcome));
  if (resource.duration.count() >= 100) line += fmt::format(" in {:.1f} s", seconds(resource.duration));
  if (!resource.reason.empty()) line += ": " + resource.reason;
  return for_terminal(std::move(line));
}

std::string table_for(const Report& report) {
  std::string out;
  const auto width = name_width(report);
  for (const auto& resource : report.resources)
    out += fmt::format("  {:<{}}  {:<9}  {:6.1f} s\n{}", resource.name, width, to_string(resource.outcome),
                       seconds(resource.duration), details(resource));
  return for_terminal(out + closing(report));
}

std::string plan_for(const Report& report) {
  std::string out;
  const auto width = name_width(report);
  for (const auto& resource : report.resources) {
    std::string_view verb = "unknown";
    if (resource.outcome == Outcome::in_sync) verb = "keep";
    if (resource.outcome == Outcome::drifted) verb = "change";
    if (resource.outcome == Outcome::failed) verb = "fail";
    out += fmt::format("  {:<{}}  {:<8}", resource.name, width, verb);
    if (!resource.needs.empty()) out += fmt::format("  after {}", fmt::join(resource.needs, ", "));
    out += "\n" + details(resource);
  }
  return for_terminal(out + closing(report));
}

}  // namespace agent
