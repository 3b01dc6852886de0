// SPDX-License-Identifier: Apache-2.0
// The only way to wait: check a condition until it holds or a deadline passes.
#pragma once

#include <functional>

#include "ports/probe.hpp"

namespace agent {

// Looks at once, then every 100 ms, or as often as `every` says. Errc::timed_out with "WHAT: not within N s"
// when the condition never held; an error from the condition ends the wait at once.
[[nodiscard]] Status wait_until(const Probe& probe, Milliseconds timeout, std::string_view what,
                                const std::function<Result<bool>()>& condition,
                                Milliseconds every = Milliseconds(100));

}  // namespace agent
