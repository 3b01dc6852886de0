// SPDX-License-Identifier: Apache-2.0
// Keeps apt's own daily jobs waiting while a run goes on.
#pragma once

#include "base/unique_fd.hpp"

namespace agent {

// Takes the lock for which apt-daily.service and apt-daily-upgrade.service wait up to an hour before they
// begin (apt.systemd.daily: `flock -w 3600` on /var/lib/apt/daily_lock). Does not wait: a job that runs
// already keeps it, and apt's other locks are waited for. It ends with the descriptor; none where there is no
// apt.
[[nodiscard]] UniqueFd hold_apt_daily();

}  // namespace agent
