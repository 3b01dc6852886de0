// SPDX-License-Identifier: Apache-2.0
// The snapshot of OpenClaw that is kept while it moves to another version, or to other secrets: the version's
// name, the gateway's unit, its configuration and its .env, in one root-only file. openclaw/update removes
// it, or puts it back.
#pragma once

#include <optional>
#include <string>

#include "ports/host.hpp"
#include "resources/common/artifact.hpp"

namespace agent {

// Held by the resources that may keep a snapshot, so that only one of them does.
inline constexpr const char* snapshot_token = "openclaw snapshot";

// Wiped when it goes.
struct Snapshot {
  std::string version;
  std::string unit;
  std::string config;  // the owner's: it may hold what nobody else should read
  std::string env;     // empty: there was none

  Snapshot() = default;
  Snapshot(Snapshot&&) = default;
  Snapshot& operator=(Snapshot&&) = default;
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;
  ~Snapshot();
};

// Called before `current` moves away from a version, and before .env is changed. A snapshot that is there
// stays: an update was cut off, and no later version was ever seen to be ready. Keeps nothing before the
// first boot is over: no version was seen to be ready yet.
[[nodiscard]] Status keep_snapshot(Host& host, const Artifact& artifact, const std::string& user);

// The snapshot that is kept; nullopt when there is none, or only what a wipe that was cut off has left.
[[nodiscard]] Result<std::optional<Snapshot>> read_snapshot(const Probe& probe);

// Whether the version or .env is another now: a run may have kept a snapshot and failed before it changed
// anything.
[[nodiscard]] Result<bool> has_moved(const Probe& probe, const Snapshot& snapshot, const Artifact& artifact,
                                     const User& user);

// Puts all of it back and starts the gateway with it. Does not wait until the gateway is ready.
[[nodiscard]] Status put_back(Host& host, const Snapshot& snapshot, const Artifact& artifact,
                              const User& user);

}  // namespace agent
