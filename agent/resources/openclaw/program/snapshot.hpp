// SPDX-License-Identifier: Apache-2.0
// The snapshot of OpenClaw that is kept during a change of its version or its secrets. It has the version's
// name, the gateway's unit, its configuration and its .env, in one root-only file. openclaw/update removes it
// or puts it back.
#pragma once

#include <optional>
#include <string>

#include "ports/host.hpp"
#include "resources/common/artifact.hpp"

namespace agent {

// Resources that may keep a snapshot share this token, so that only one of them runs at a time.
inline constexpr const char* snapshot_token = "openclaw snapshot";

// Wiped on destruction.
struct Snapshot {
  std::string version;
  std::string unit;
  std::string config;  // the owner's: it may contain private values
  std::string env;     // empty: there was none

  Snapshot() = default;
  Snapshot(Snapshot&&) = default;
  Snapshot& operator=(Snapshot&&) = default;
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;
  ~Snapshot();
};

// Call it before `current` is changed and before .env is changed. An existing snapshot stays: an update was
// interrupted, and no later version was ever ready. Before the first boot is complete nothing is kept,
// because no version was ready yet.
[[nodiscard]] Status keep_snapshot(Host& host, const Artifact& artifact, const std::string& user);

// The kept snapshot. nullopt when there is none, or when an interrupted wipe has destroyed it.
[[nodiscard]] Result<std::optional<Snapshot>> read_snapshot(const Probe& probe);

// Whether the version or .env has changed since. A run may keep a snapshot and fail before it changes
// anything.
[[nodiscard]] Result<bool> has_moved(const Probe& probe, const Snapshot& snapshot, const Artifact& artifact,
                                     const User& user);

// Puts the whole snapshot back and starts the gateway with it. Does not wait until the gateway is ready.
[[nodiscard]] Status put_back(Host& host, const Snapshot& snapshot, const Artifact& artifact,
                              const User& user);

}  // namespace agent
