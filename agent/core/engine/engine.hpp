// SPDX-License-Identifier: Apache-2.0
// The one engine. It runs a plan in two modes over the same observe(): check looks, enforce looks, applies
// and looks again.
#pragma once

#include <functional>

#include "core/engine/report.hpp"
#include "core/ledger.hpp"
#include "core/plan.hpp"

namespace agent {

// The time that each resource marked `last` has, however late the run is.
inline constexpr std::chrono::minutes last_resource_time{10};

// Called when a resource starts (outcome pending) and when it ends. Called from several threads, one call at
// a time.
using Watcher = std::function<void(const ResourceReport&)>;

// Observes every resource. Writes nothing: it holds no Host.
[[nodiscard]] Report check(const Plan& plan, const Probe& probe, Ledger& ledger, const Watcher& watch);

// Converges the plan. Resources whose needs are met run in parallel, each in its own thread (in the caller's
// thread when no thread can be started). Resources that share a token run one at a time. A resource whose
// need failed is blocked. Resources marked `last` always run, after all others; their needs only set their
// order.
[[nodiscard]] Report enforce(const Plan& plan, Host& host, Ledger& ledger, const Watcher& watch);

}  // namespace agent
