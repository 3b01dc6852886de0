// SPDX-License-Identifier: Apache-2.0
// The one engine. It runs a plan in two modes over the same observe(): check looks, enforce looks, applies
// and looks again.
#pragma once

#include <functional>

#include "core/engine/report.hpp"
#include "core/ledger.hpp"
#include "core/plan.hpp"

namespace agent {

// What each resource marked `last` has, however late the run is.
inline constexpr std::chrono::minutes last_resource_time{10};

// Told as each resource starts (outcome pending) and ends. Called from several threads, one call at a time.
using Watcher = std::function<void(const ResourceReport&)>;

// Observes every resource. Writes nothing: it holds no Host.
[[nodiscard]] Report check(const Plan& plan, const Probe& probe, Ledger& ledger, const Watcher& watch);

// Converges the plan. Resources whose needs are met run side by side, each in a thread where one can be had;
// those that share a token one at a time. A resource whose need failed is blocked; those marked `last` run
// after all others in any case, and their needs only order them.
[[nodiscard]] Report enforce(const Plan& plan, Host& host, Ledger& ledger, const Watcher& watch);

}  // namespace agent
