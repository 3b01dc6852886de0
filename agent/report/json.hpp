// SPDX-License-Identifier: Apache-2.0
// A report as JSON (docs/report.schema.json). It is written to report.json, read by --status, and printed by
// --format json.
#pragma once

#include <string>

#include "base/json.hpp"
#include "core/engine/report.hpp"

namespace agent {

// What a report says about its run.
struct RunInfo {
  std::string command;     // first-boot, reconcile, verify, plan, boot
  std::string started_at;  // RFC 3339, UTC
  std::string version;
  std::string commit;
};

[[nodiscard]] Json to_json(const Report& report, const RunInfo& run);
[[nodiscard]] Json to_json(const ResourceReport& resource);

// Parses the JSON. Errc::invalid for anything but a report of this schema version.
[[nodiscard]] Result<Report> report_from_json(const Json& in);
[[nodiscard]] Result<ResourceReport> resource_from_json(const Json& in);

}  // namespace agent
