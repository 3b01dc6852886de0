// SPDX-License-Identifier: Apache-2.0
#include "platform/process/connect_as.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "platform/posix/posix.hpp"
#include "platform/process/spawn.hpp"

namespace agent {
namespace {

// The child's answer: 0 and the connection, or the errno of the failed call.
struct Answer {
  int error = 0;
  UniqueFd connection;
};

// A message that carries one descriptor (cmsg(3)).
struct Parcel {
  int error = 0;
  iovec data{&error, sizeof error};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
  msghdr header{};

  Parcel() {
    header.msg_iov = &data;
    header.msg_iovlen = 1;
    header.msg_control = control.data();
    header.msg_controllen = control.size();
  }
  Parcel(const Parcel&) = delete;
  Parcel& operator=(const Parcel&) = delete;
};

// Runs in a child of a process with threads, so only async-signal-safe calls are allowed (fork(2)).
int connect_now(const User& user, const sockaddr_un& address, int& connection) {
  if (::geteuid() != user.uid && become({user.uid, user.gid, {}}) != nullptr) return errno;
  // Non-blocking: a full backlog is an error, not a wait.
  connection = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (connection < 0) return errno;
  return ::connect(connection, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ? 0 : errno;
}

[[noreturn]] void child(const User& user, const sockaddr_un& address, int report) {
  int connection = -1;
  Parcel parcel;
  parcel.error = connect_now(user, address, connection);
  if (parcel.error == 0) {
    auto* attached = CMSG_FIRSTHDR(&parcel.header);
    attached->cmsg_level = SOL_SOCKET;
    attached->cmsg_type = SCM_RIGHTS;
    attached->cmsg_len = CMSG_LEN(sizeof connection);
    std::memcpy(CMSG_DATA(attached), &connection, sizeof connection);
  } else {
    parcel.header.msg_control = nullptr;
    parcel.header.msg_controllen = 0;
  }
  ::_exit(::sendmsg(report, &parcel.header, MSG_NOSIGNAL) < 0 ? 1 : 0);
}

Answer receive(int report, const Deadline& deadline) {
  pollfd ready{report, POLLIN, 0};
  int events = 0;
  do events = ::poll(&ready, 1, static_cast<int>(deadline.left().count()));
  while (events < 0 && errno == EINTR);
  if (events == 0) return {ETIMEDOUT, {}};

  Parcel parcel;
  const auto got = ::recvmsg(report, &parcel.header, MSG_CMSG_CLOEXEC);
  if (got != static_cast<ssize_t>(sizeof parcel.error)) return {ECONNABORTED, {}};  // the child was killed
  Answer answer{parcel.error, {}};
  if (const auto* attached = CMSG_FIRSTHDR(&parcel.header);
      attached != nullptr && attached->cmsg_type == SCM_RIGHTS) {
    int connection = -1;
    std::memcpy(&connection, CMSG_DATA(attached), sizeof connection);
    answer.connection.reset(connection);
  }
  return answer;
}

}  // namespace

Result<UniqueFd> connect_as(const User& user, const std::string& path, const Deadline& deadline) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    return fail(Errc::invalid, "{}: too long for a socket's path", path);
  std::memcpy(address.sun_path, path.data(), path.size());

  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0)
    return fail_errno(errno, "socketpair");
  const UniqueFd ours(ends[0]);
  UniqueFd theirs(ends[1]);
  const auto pid = ::fork();
  if (pid < 0) return fail_errno(errno, "fork");
  if (pid == 0) child(user, address, theirs.get());
  theirs.reset();

  auto answer = receive(ours.get(), deadline);
  ::kill(pid, SIGKILL);  // the pid is not reused before the child is reaped
  while (::waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  if (answer.error == 0 && answer.connection) return std::move(answer.connection);
  if (answer.error == EPERM) return fail(Errc::failed, "{}: only root can connect as {}", path, user.name);
  return fail(Errc::unavailable, "{}: {}", path, errno_text(answer.error));
}

}  // namespace agent
