// SPDX-License-Identifier: Apache-2.0
#include "ports/wait.hpp"

#include <algorithm>

namespace agent {

Status wait_until(const Probe& probe, Milliseconds timeout, std::string_view what,
                  const std::function<Result<bool>()>& condition, Milliseconds every) {
  const auto deadline = std::min(probe.now() + timeout, probe.deadline());
  for (;;) {
    AGENT_TRY_ASSIGN(auto holds, with_context(condition(), what));
    if (holds) return {};
    if (probe.now() >= probe.deadline())
      return fail(Errc::timed_out, "{}: not before the deadline of the whole run", what);
    if (probe.now() >= deadline)
      return fail(Errc::timed_out, "{}: not within {} s", what, timeout.count() / 1000);
    probe.pause(every);
  }
}

}  // namespace agent
