// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include "commands/commands.hpp"
#include "commands/run/run_lock.hpp"
#include "core/paths.hpp"
#include "platform/real_host.hpp"
#include "resources/access/firewall/firewall_rollback.hpp"

namespace agent {

// It does not take the run lock, because a run that hangs is one reason for a rollback. But it asks who holds
// the lock, before anything is put back: a run that is over by then changes nothing any more.
int revert_command(const Options& /*options*/) {
  if (const int refused = require_root(); refused != 0) return refused;
  ::umask(022);
  RealHost host({});
  const auto run = RunLock::holder(paths::lock);
  if (auto reverted = firewall_rollback::revert_beside(host, run); !reverted)
    return complain(reverted.error(), exit_failed);
  fmt::print(
      "bootstrap-agent: no unconfirmed change of the firewall is left; if there was one, it was put back\n");
  return exit_ok;
}

}  // namespace agent
