// SPDX-License-Identifier: Apache-2.0
#include "platform/posix/act_as.hpp"

#include <sys/fsuid.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

#include "platform/posix/memory.hpp"
#include "platform/posix/posix.hpp"

namespace agent {
namespace {

// The C library's setgroups(2) changes every thread (nptl(7)). The raw system call changes only the calling
// thread.
bool set_thread_groups(const std::vector<gid_t>& groups) {
  return ::syscall(SYS_setgroups, groups.size(), groups.data()) == 0;
}

// setfsuid(2) and setfsgid(2) report no failure. A call with an invalid id returns the current id.
uid_t current_fsuid() { return static_cast<uid_t>(::setfsuid(static_cast<uid_t>(-1))); }
gid_t current_fsgid() { return static_cast<gid_t>(::setfsgid(static_cast<gid_t>(-1))); }

}  // namespace

Result<ActAs> ActAs::user(const User& user) {
  ActAs acting;
  acting.uid_ = current_fsuid();
  acting.gid_ = current_fsgid();
  if (acting.uid_ == user.uid && ::geteuid() != 0) return acting;  // a test without root, in its own home

  acting.groups_.resize(static_cast<std::size_t>(::getgroups(0, nullptr)));
  if (::getgroups(static_cast<int>(acting.groups_.size()), acting.groups_.data()) < 0 ||
      !set_thread_groups({}))
    return fail(Errc::failed, "act as {}: {}; the agent must run as root", user.name, errno_text(errno));
  acting.active_ = true;  // from here on the destructor restores the old ids
  ::setfsgid(user.gid);
  ::setfsuid(user.uid);
  forbid_dumps();
  if (current_fsuid() != user.uid || current_fsgid() != user.gid)
    return fail(Errc::failed, "act as {}: the kernel refused; the agent must run as root", user.name);
  return acting;
}

ActAs::ActAs(ActAs&& other) noexcept
    : active_(std::exchange(other.active_, false)),
      uid_(other.uid_),
      gid_(other.gid_),
      groups_(std::move(other.groups_)) {}

ActAs::~ActAs() {
  if (!active_) return;
  ::setfsuid(uid_);
  ::setfsgid(gid_);
  forbid_dumps();
  // Continuing with a part of another user's identity would cause silent errors everywhere else.
  if (current_fsuid() != uid_ || current_fsgid() != gid_ || !set_thread_groups(groups_)) std::abort();
}

}  // namespace agent
