// A unit of the system's manager that is ours: its file as we ship it, enabled, running. Two resources share this.
#pragma once

#include "core/resource.hpp"

namespace agent {

// Adds drift: "unit file", "drop-in PATH" (only the owner's own are named, none is expected), "enabled", "active", "program".
// `program`: what its main process must execute; empty for one that leaves no process.
[[nodiscard]] Status observe_system_unit(const Probe& probe, const std::string& name, std::string_view content,
                                         const std::string& program, Observation& seen);

// Puts right what was seen; starts the unit, or restarts it when it runs something else than it should.
[[nodiscard]] Status apply_system_unit(Host& host, const std::string& name, std::string_view content, const Observation& seen);

// Only the file, of a unit that need not run now. Adds drift: NAME, "drop-in PATH", "loaded".
[[nodiscard]] Status observe_unit_file(const Probe& probe, const std::string& name, std::string_view content, Observation& seen);
[[nodiscard]] Status apply_unit_file(Host& host, const std::string& name, std::string_view content, const Observation& seen);

}  // namespace agent
