// SPDX-License-Identifier: Apache-2.0
// A stored report and a run's events: root's files, which --status reads and shows on a terminal.
#include <stdlib.h>
#include <unistd.h>

#include "base/unique_fd.hpp"
#include "commands/run/events.hpp"
#include "fuzz.hpp"
#include "report/json.hpp"
#include "report/text.hpp"

namespace agent::fuzz {
namespace {

using json = nlohmann::ordered_json;

const RunInfo info{"verify", "2026-11-01T00:00:00Z", "0", "0"};

void check_report(const std::string& text) {
  const auto report = report_from_json(json::parse(text, nullptr, false));
  if (!report) return require_error(report.error(), {Errc::invalid});
  require(!table_for(*report).empty() && !plan_for(*report).empty(), "it can be shown");
  for (const auto& resource : report->resources)
    require(!line_for(resource).empty(), "each line can be shown");
  const auto kept = to_json(*report, info);
  const auto again = report_from_json(json::parse(kept.dump()));
  require(again && to_json(*again, info) == kept, "it is the same when it is written and read again");
}

const std::string& events_file() {
  static std::string path = scratch_template();
  static const UniqueFd made(::mkstemp(path.data()));
  static const int at_exit = std::atexit([] { ::unlink(path.c_str()); });
  require(made && at_exit == 0, "a file can be made");
  return path;
}

void check_events(const std::string& text) {
  auto* file = std::fopen(events_file().c_str(), "we");
  require(
      file != nullptr && std::fputs((text + "\n{\"end\":7}\n").c_str(), file) >= 0 && std::fclose(file) == 0,
      "events can be written");
  const EventListener listener{
      [](const ResourceReport& resource) { require(!line_for(resource).empty(), "a line can be shown"); },
      [](const std::string&) {}, [](const std::string&) {}};
  const auto ended =
      follow_events(events_file(), std::chrono::steady_clock::now(), [] { return false; }, listener);
  require(ended.has_value(), "it ends by the last line, whatever stands before it");
}

}  // namespace

// A line `%` at the start: events. Anything else: a report.
void run(std::string_view input) {
  if (input.starts_with("%\n"))
    check_events(std::string(input.substr(2)).c_str());  // up to a NUL, which fputs(3) does not write
  else
    check_report(std::string(input));
}

}  // namespace agent::fuzz
