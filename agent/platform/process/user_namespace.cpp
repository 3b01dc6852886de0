// SPDX-License-Identifier: Apache-2.0
#include "platform/process/user_namespace.hpp"

#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>

#include "platform/posix/accounts.hpp"
#include "platform/posix/posix.hpp"
#include "platform/process/spawn.hpp"

namespace agent {
namespace {

enum Answer : int { yes = 0, no = 1, not_that_user = 2 };

// The same order as in systemd. Ubuntu's AppArmor (kernel.apparmor_restrict_unprivileged_userns) lets the
// first call succeed, but then denies every capability in the namespace. Only an attempt to use one shows
// that.
Answer attempt(const Identity& identity) {
  if (become(identity) != nullptr) return not_that_user;
  if (::unshare(CLONE_NEWUSER) != 0 || ::unshare(CLONE_NEWNS) != 0) return no;
  return ::mount(nullptr, "/", nullptr, MS_REC | MS_SLAVE, nullptr) == 0 ? yes : no;
}

}  // namespace

Result<bool> can_make_user_namespace(const User& user) {
  AGENT_TRY_ASSIGN(auto groups, with_context(group_ids(user), "the groups of " + user.name));
  const Identity identity{user.uid, user.gid, std::move(groups)};
  const pid_t pid = ::fork();
  if (pid < 0) return fail_errno(errno, "fork");
  if (pid == 0) ::_exit(attempt(identity));
  int status = 0;
  while (::waitpid(pid, &status, 0) < 0 && errno == EINTR) {
  }
  if (!WIFEXITED(status) || WEXITSTATUS(status) == not_that_user)
    return fail(Errc::failed, "become {} to try a user namespace: not permitted; the agent must run as root",
                user.name);
  return WEXITSTATUS(status) == yes;
}

}  // namespace agent
