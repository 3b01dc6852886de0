// SPDX-License-Identifier: Apache-2.0
#include "platform/http/fetch.hpp"

#include <doctest/doctest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <algorithm>

#include "adapters/http_server.hpp"
#include "adapters/scratch.hpp"
#include "platform/crypto/sha256.hpp"
#include "support/forked.hpp"

using namespace agent;
using namespace agent::test;

namespace {

std::string made_content(std::size_t size) {
  std::string content;
  while (content.size() < size) content += std::to_string(content.size()) + ",";
  content.resize(size);
  return content;
}

const std::string whole = made_content(3'000'000);

struct Fetching {
  Scratch scratch;
  std::vector<std::string> lines;
  Milliseconds timeout{20'000};
  std::uint64_t max_bytes = 10'000'000;
  std::string sha256 = sha256_hex(whole);

  Result<Fetched> from(const std::string& url) {
    return fetch_file({url, sha256, max_bytes, timeout}, scratch.path(),
                      [&](std::string_view line) { lines.emplace_back(line); });
  }
  // Whether a line of progress has that text; a slow machine may have said more in between.
  [[nodiscard]] bool said(std::string_view text) const {
    return std::any_of(lines.begin(), lines.end(),
                       [&](const auto& line) { return line.find(text) != std::string::npos; });
  }
  [[nodiscard]] bool nothing_left() const { return std::filesystem::is_empty(scratch.path()); }
};

std::string all_of(const Fetched& file) {
  std::string content(whole.size() + 1, '\0');
  std::size_t size = 0;
  for (ssize_t got = 1; got > 0; size += static_cast<std::size_t>(got))
    got = ::read(file.fd.get(), content.data() + size, content.size() - size);
  content.resize(size);
  return content;
}

void failed(const Result<Fetched>& result, Errc code, std::string_view text) {
  REQUIRE_FALSE(result);
  CAPTURE(result.error().message);
  CHECK(result.error().code == code);
  CHECK(result.error().message.find(text) != std::string::npos);
}

// A truncated answer: its Content-Length is that of the whole file.
std::string truncated(std::size_t sent) {
  return ok(whole).substr(0, ok(whole).size() - whole.size() + sent);
}
bool has(const std::string& text, std::string_view what) { return text.find(what) != std::string::npos; }

}  // namespace

TEST_CASE("fetch: a whole file, at its start, that never had a name") {
  const HttpServer server([](const Connection& c, int, const std::string&) { c.send(ok(whole)); });
  Fetching fetching;
  const auto file = fetching.from(server.url("/dist/node-v1.tar.xz?x=/y"));
  REQUIRE_MESSAGE(file, file.error().message);
  CHECK(file->name == "node-v1.tar.xz");
  CHECK(all_of(*file) == whole);
  struct stat info {};
  REQUIRE(::fstat(file->fd.get(), &info) == 0);
  CHECK(info.st_nlink == 0);
  CHECK(fetching.nothing_left());
  CHECK(server.requests().size() == 1);
}

TEST_CASE("fetch: a broken transfer is resumed where it stopped") {
  const HttpServer server([](const Connection& c, int n, const std::string&) {
    if (n == 0) c.send(truncated(1'000'000));
    if (n == 1) c.send(part(whole, 1'000'000).substr(0, 500'000));
    if (n == 2) c.send(part(whole, 1'500'000 - (part(whole, 1'000'000).size() - 2'000'000)));
  });
  Fetching fetching;
  const auto file = fetching.from(server.url("/f"));
  REQUIRE_MESSAGE(file, file.error().message);
  CHECK(all_of(*file) == whole);
  const auto requests = server.requests();
  REQUIRE(requests.size() == 3);
  CHECK_FALSE(has(requests[0], "Range:"));
  CHECK(has(requests[1], "Range: bytes=1000000-\r\n"));
  CHECK(fetching.said("(attempt 1); again in 0.5 s"));
}

TEST_CASE("fetch: a server without ranges sends the whole again") {
  const HttpServer server([](const Connection& c, int n, const std::string&) {
    c.send(n == 0 ? truncated(1'000'000) : ok(whole));
  });
  Fetching fetching;
  const auto file = fetching.from(server.url("/f"));
  REQUIRE_MESSAGE(file, file.error().message);
  CHECK(all_of(*file) == whole);
  CHECK(server.requests().size() == 2);
}

TEST_CASE("fetch: a part that begins elsewhere is not taken for the rest") {
  const HttpServer server([](const Connection& c, int n, const std::string&) {
    c.send(n == 0 ? truncated(1'000'000) : n == 1 ? part(whole, 999'999) : ok(whole));
  });
  Fetching fetching;
  const auto file = fetching.from(server.url("/f"));
  REQUIRE_MESSAGE(file, file.error().message);
  CHECK(all_of(*file) == whole);
  CHECK(fetching.said("the server sent another part than the one requested (status 206) (attempt 2)"));
  CHECK_FALSE(has(server.requests().at(2), "Range:"));
}

TEST_CASE("fetch: 416 starts over") {
  const HttpServer server([](const Connection& c, int n, const std::string&) {
    c.send(n == 0 ? truncated(1'000'000) : n == 1 ? status(416) : ok(whole));
  });
  Fetching fetching;
  REQUIRE(fetching.from(server.url("/f")));
  CHECK_FALSE(has(server.requests().at(2), "Range:"));
}

TEST_CASE("fetch: 503 and 429 are tried again") {
  const HttpServer server([](const Connection& c, int n, const std::string&) {
    c.send(n == 0 ? status(503) : n == 1 ? status(429) : ok(whole));
  });
  Fetching fetching;
  REQUIRE(fetching.from(server.url("/f")));
  CHECK(fetching.said("GET " + server.url("/f") + ": the server answers 503 (attempt 1); again in 0.5 s"));
  CHECK(fetching.said("GET " + server.url("/f") + ": the server answers 429 (attempt 2); again in 1.0 s"));
}

TEST_CASE("fetch: 4xx is not tried again, and an error page is not taken for the file") {
  const HttpServer server([](const Connection& c, int, const std::string& head) {
    c.send(status(has(head, "/gone") ? 404 : 403));
  });
  Fetching fetching;
  failed(fetching.from(server.url("/gone")), Errc::not_found, "/gone: the server answers 404 (attempt 1)");
  failed(fetching.from(server.url("/no")), Errc::failed, "the server answers 403 (attempt 1)");
  CHECK(server.requests().size() == 2);
  CHECK(fetching.lines.empty());
}

TEST_CASE("fetch: a wrong hash, with both") {
  const HttpServer server([](const Connection& c, int, const std::string&) { c.send(ok("not it")); });
  Fetching fetching;
  failed(fetching.from(server.url("/f")), Errc::refused,
         server.url("/f") + ": sha256 is " + sha256_hex("not it") + ", expected " + sha256_hex(whole));
  CHECK(server.requests().size() == 1);
  CHECK(fetching.nothing_left());
}

TEST_CASE("fetch: two halves of different files are fetched once more in one go") {
  const auto other = std::string(1'000'000, 'o') + whole.substr(1'000'000);
  const HttpServer server([&](const Connection& c, int n, const std::string&) {
    c.send(n == 0   ? ok(other).substr(0, ok(other).size() - 2'000'000)
           : n == 1 ? part(whole, 1'000'000)
                    : ok(whole));
  });
  Fetching fetching;
  const auto file = fetching.from(server.url("/f"));
  REQUIRE_MESSAGE(file, file.error().message);
  CHECK(all_of(*file) == whole);
  REQUIRE(server.requests().size() == 3);
  CHECK_FALSE(has(server.requests()[2], "Range:"));
}

TEST_CASE("fetch: more than the limit, with and without Content-Length") {
  const HttpServer server([](const Connection& c, int n, const std::string&) {
    c.send(n == 0 ? ok(whole) : "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + whole);
  });
  Fetching fetching;
  fetching.max_bytes = whole.size() - 1;
  failed(fetching.from(server.url("/f")), Errc::refused,
         "3000000 bytes, more than the 2999999 allowed (attempt 1)");
  failed(fetching.from(server.url("/f")), Errc::refused, "more than the 2999999 bytes allowed (attempt 1)");
  fetching.max_bytes = whole.size();
  CHECK(fetching.from(server.url("/f")));
}

TEST_CASE("fetch: a transfer that stands still is broken off and resumed") {
  const HttpServer server([](const Connection& c, int n, const std::string&) {
    if (n > 0) return c.send(part(whole, 1'000));
    c.send(truncated(1'000));
    c.stall();
  });
  Fetching fetching;
  fetching.timeout = Milliseconds(8'000);  // so that 2 s count as a stall
  const auto file = fetching.from(server.url("/f"));
  REQUIRE_MESSAGE(file, file.error().message);
  CHECK(all_of(*file) == whole);
  CHECK(fetching.said("too slow"));
}

TEST_CASE("fetch: a server that is down is tried until the deadline, and no longer") {
  Fetching fetching;
  fetching.timeout = Milliseconds(2'200);
  const auto begin = std::chrono::steady_clock::now();
  failed(fetching.from("http://127.0.0.1:1/f"), Errc::unavailable,
         "(attempt 3); no time is left of the 2.2 s allowed");
  CHECK(std::chrono::steady_clock::now() - begin < Milliseconds(5'000));
  CHECK(fetching.said("Connection refused"));
}

// github.com has no IPv6: "No route to host" alone does not tell why.
TEST_CASE("fetch: a server without IPv4 is told so" * doctest::skip(::geteuid() != 0)) {
  const auto said = in_child([] {
    if (::unshare(CLONE_NEWNET) != 0) return std::string("no network of its own");
    Fetching fetching;
    fetching.timeout = Milliseconds(700);
    const auto file = fetching.from("http://192.0.2.1/f");
    return file ? "fetched" : file.error().message;
  });
  CAPTURE(said);
  CHECK(said.ends_with("s allowed; this server has no IPv4, so it cannot reach a host that has no IPv6"));
}

TEST_CASE("fetch: a silent server") {
  const HttpServer server([](const Connection& c, int, const std::string&) { c.stall(); });
  Fetching fetching;
  fetching.timeout = Milliseconds(700);
  const auto begin = std::chrono::steady_clock::now();
  failed(fetching.from(server.url("/f")), Errc::timed_out, "no time is left of the 0.7 s allowed");
  CHECK(std::chrono::steady_clock::now() - begin < Milliseconds(5'000));
}

TEST_CASE("fetch: progress in MB, about once a second") {
  const HttpServer server([](const Connection& c, int, const std::string&) {
    c.send(truncated(1'000'000));
    for (std::size_t at = 1'000'000; at < whole.size(); at += 200'000) {
      c.send(whole.substr(at, 200'000));
      ::poll(nullptr, 0, 300);  // a slow line
    }
  });
  Fetching fetching;
  const auto begin = std::chrono::steady_clock::now();
  REQUIRE(fetching.from(server.url("/node.tar.xz")));
  const auto took = std::chrono::steady_clock::now() - begin;
  CHECK(fetching.lines.size() >= 2);
  CHECK(fetching.lines.size() <= static_cast<std::size_t>(took / std::chrono::seconds(1)));
  for (const auto& line : fetching.lines)
    CHECK((line == "node.tar.xz 1/3 MB" || line == "node.tar.xz 2/3 MB"));
}

TEST_CASE("fetch: redirects are followed, a few") {
  const HttpServer server([](const Connection& c, int, const std::string& head) {
    c.send(has(head, "/there")  ? ok(whole)
           : has(head, "/loop") ? status(302, "Location: /loop\r\n")
                                : status(302, "Location: /there\r\n"));
  });
  Fetching fetching;
  CHECK(fetching.from(server.url("/f")));
  failed(fetching.from(server.url("/loop")), Errc::failed, "redirects");
  CHECK(server.requests().size() == 2 + 6);
}

TEST_CASE("fetch: what cannot be asked for") {
  Fetching fetching;
  failed(fetching.from("http://[/f"), Errc::invalid, "(attempt 1)");
  failed(fetching.from("ftp://127.0.0.1/f"), Errc::refused, "(attempt 1)");
  fetching.sha256 = "ABC";
  failed(fetching.from("http://127.0.0.1:1/f"), Errc::invalid, "64 lower-case hex digits");
}

TEST_CASE("fetch: only into a directory that is closed to others") {
  Fetching fetching;
  ::chmod(fetching.scratch.path().c_str(), 0755);
  failed(fetching.from("http://127.0.0.1:1/f"), Errc::refused, "0700");
  std::filesystem::remove_all(fetching.scratch.path());
  failed(fetching.from("http://127.0.0.1:1/f"), Errc::not_found, fetching.scratch.path());
}

// Needs mount(2).
TEST_CASE("fetch: a full disk is named at once" * doctest::skip(::geteuid() != 0)) {
  const HttpServer server([](const Connection& c, int, const std::string&) { c.send(ok(whole)); });
  Fetching fetching;
  REQUIRE(::mount("tmpfs", fetching.scratch.path().c_str(), "tmpfs", 0, "size=1m,mode=0700") == 0);
  const auto result = fetching.from(server.url("/f"));
  ::umount(fetching.scratch.path().c_str());
  failed(result, Errc::failed, "no space left on the file system of " + fetching.scratch.path());
  CHECK(server.requests().size() == 1);
}
