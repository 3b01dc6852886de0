// SPDX-License-Identifier: Apache-2.0
// A server's answer to a resumed download (Content-Range, lengths, redirects), and to a GET of a local
// service. Input: a line with the part that was downloaded before, or `get`; then the complete answer.
#include "platform/http/http.hpp"

#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "fuzz.hpp"
#include "platform/http/download.hpp"
#include "platform/posix/posix.hpp"

namespace agent::fuzz {
namespace {

// A network without any other host: a redirect may name any host, and names are looked up.
void leave_the_network() {
  require(::unshare(CLONE_NEWNET) == 0 || ::unshare(CLONE_NEWUSER | CLONE_NEWNET) == 0,
          "a network of its own can be made");
}

// The answer of every server, for all connections of a run.
std::string_view answer;
std::vector<UniqueFd> servers;

const std::string& private_directory() {
  static std::string path = scratch_template();
  static const bool made =
      ::mkdtemp(path.data()) != nullptr && std::atexit([] { ::rmdir(path.c_str()); }) == 0;
  require(made, "a directory can be made");
  return path;
}

constexpr std::string_view url = "http://127.0.0.1/file";
constexpr std::uint64_t largest = 4096;
constexpr Milliseconds patience{2'000};
constexpr std::initializer_list<Errc> kinds = {Errc::invalid,     Errc::not_found, Errc::refused,
                                               Errc::unavailable, Errc::timed_out, Errc::failed};

// Whether one of the numbers after "bytes" is this one. Which number counts is decided by libcurl, which is
// very tolerant: it accepts lines that continue on the next line (obs-fold, RFC 9112, 5.2), and text between
// a lone carriage return and the line's end.
bool begins_at(std::string_view text, std::size_t size) {
  constexpr std::string_view digits = "0123456789";
  text.remove_prefix(std::min(text.find("bytes"), text.size()));
  for (auto at = text.find_first_of(digits); at != std::string_view::npos;
       at = text.find_first_of(digits, at)) {
    const auto end = std::min(text.find_first_not_of(digits, at), text.size());
    std::size_t number = 0;
    if (std::from_chars(text.data() + at, text.data() + end, number).ec == std::errc() && number == size)
      return true;
    at = end;
  }
  return false;
}

void download(const std::string& have) {
  auto file = PartialFile::open(private_directory());
  require(file && file->append(have), "a file can be made");
  const Deadline deadline(patience);
  const std::string no_certificates;
  const Fetch fetch{std::string(url), "", largest, patience};
  const std::function<void(std::string_view)> progress = [](std::string_view) {};
  const auto attempt = attempt_download({fetch, no_certificates, deadline, "file", progress}, *file);
  if (!attempt.result) require_error(attempt.result.error(), kinds);
  require(!(attempt.result && attempt.again), "what is whole is not fetched again");
  require(file->size() <= std::max<std::uint64_t>(largest, have.size()), "no more bytes than allowed");

  const auto hash = file->sha256();
  const auto size = file->size();
  const auto fd = std::move(*file).take();
  require(fd.has_value(), "it can be read");
  const auto content = read_all(fd->get(), 1U << 20U, "file");
  require(content && content->size() == size && sha256_hex(*content) == hash,
          "what was hashed is what is there");
  if (attempt.resumed)
    require(content->starts_with(have) && begins_at(answer, have.size()),
            "what was there goes on where it ended");
}

void get() {
  const auto got = http_get({std::string(url), "", patience});
  if (!got) require_error(got.error(), {Errc::unavailable, Errc::invalid});
}

}  // namespace

void run(std::string_view input) {
  const auto given = parts(input, 2);
  answer = given[1];
  if (given[0] == "get")
    get();
  else
    download(given[0]);
  servers.clear();
}

}  // namespace agent::fuzz

// Replaces connect(2) for libcurl: a function in the executable comes before libc's. Every connection already
// has the answer, followed by its end. So millions of runs need no server, no thread and no network.
extern "C" int connect(int socket, const sockaddr* /*anybody*/, socklen_t /*size*/) {
  using namespace agent;
  std::array<int, 2> ends{};
  fuzz::require(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) == 0,
                "a pair of sockets can be made");
  const UniqueFd client(ends[0]);
  UniqueFd server(ends[1]);
  fuzz::require(write_all(server.get(), fuzz::answer, "answer").has_value(),
                "an answer fits into a socket's buffer");
  fuzz::require(::shutdown(server.get(), SHUT_WR) == 0 && ::dup3(client.get(), socket, O_CLOEXEC) == socket,
                "the client has its end");
  fuzz::servers.push_back(std::move(server));
  return 0;
}

// Before libFuzzer has a second thread.
extern "C" int LLVMFuzzerInitialize(int*, char***) {
  agent::fuzz::leave_the_network();
  return 0;
}
