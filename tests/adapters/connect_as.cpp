// SPDX-License-Identifier: Apache-2.0
#include "platform/process/connect_as.hpp"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include <cstring>

#include "adapters/scratch.hpp"

using namespace agent;
using namespace agent::test;

namespace {

User nobody() {
  User user;
  user.name = "nobody";
  user.uid = 65534;
  user.gid = 65534;
  return user;
}

// A socket in a directory that only `nobody` may enter.
struct Theirs {
  Scratch scratch;
  UniqueFd listener{::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)};
  explicit Theirs(int backlog = 5) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const auto name = path();
    std::memcpy(address.sun_path, name.data(), name.size());
    REQUIRE(::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    REQUIRE(::listen(listener.get(), backlog) == 0);
    for (const auto& mine : {scratch.path(), path()}) REQUIRE(::chown(mine.c_str(), 65534, 65534) == 0);
    REQUIRE(::chmod(path().c_str(), 0600) == 0);
  }
  [[nodiscard]] std::string path() const { return scratch.path("bus"); }
};

}  // namespace

TEST_CASE("connect_as: the other side sees the user, and the caller stays who it is" *
          doctest::skip(::geteuid() != 0)) {
  const Theirs theirs;
  const auto connection = connect_as(nobody(), theirs.path(), Deadline(Milliseconds(5'000)));
  REQUIRE_MESSAGE(connection, connection.error().message);
  const UniqueFd accepted(::accept4(theirs.listener.get(), nullptr, nullptr, SOCK_CLOEXEC));
  ucred peer{};
  socklen_t size = sizeof peer;
  REQUIRE(::getsockopt(accepted.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0);
  CHECK(peer.uid == 65534);
  CHECK(peer.gid == 65534);
  CHECK(::geteuid() == 0);
  // It is a connection.
  CHECK(::send(accepted.get(), "x", 1, MSG_NOSIGNAL) == 1);
  char byte = 0;
  CHECK(::recv(connection->get(), &byte, 1, 0) == 1);
}

TEST_CASE("connect_as: it walks the path with the user's rights, not root's" *
          doctest::skip(::geteuid() != 0)) {
  const Theirs theirs;
  REQUIRE(::chown(theirs.scratch.path().c_str(), 0, 0) == 0);
  const auto refused = connect_as(nobody(), theirs.path(), Deadline(Milliseconds(5'000)));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message == theirs.path() + ": Permission denied");
}

TEST_CASE("connect_as: nothing listens, nobody accepts, no time" * doctest::skip(::geteuid() != 0)) {
  const Deadline deadline(Milliseconds(5'000));
  const Scratch scratch;
  CHECK(connect_as(nobody(), "/nonexistent/bus", deadline).error().code == Errc::unavailable);
  CHECK(connect_as(nobody(), "/" + std::string(200, 'x'), deadline).error().code == Errc::invalid);

  const Theirs full(0);
  const auto first = connect_as(nobody(), full.path(), deadline);
  const auto second = connect_as(nobody(), full.path(), deadline);
  REQUIRE(first);
  REQUIRE_FALSE(second);
  CHECK(second.error().code == Errc::unavailable);
  CHECK_FALSE(deadline.passed());
}
