// SPDX-License-Identifier: Apache-2.0
// A file whose whole content belongs to the agent.
#pragma once

#include <string>
#include <string_view>

#include "core/observation.hpp"
#include "ports/probe.hpp"

namespace agent {

enum class OwnFile { absent, changed, as_made };

// A file that can't be read counts as absent: it is written again.
[[nodiscard]] inline OwnFile look_at_own_file(const Probe& probe, const std::string& path,
                                              std::string_view content) {
  const auto text = probe.read_file(path);
  if (!text) return OwnFile::absent;
  return *text == content ? OwnFile::as_made : OwnFile::changed;
}

inline void describe_own_file(OwnFile file, std::string_view field, std::string_view desired,
                              Observation& seen) {
  if (file != OwnFile::as_made) seen.drift(field, file == OwnFile::absent ? "absent" : "changed", desired);
}

}  // namespace agent
