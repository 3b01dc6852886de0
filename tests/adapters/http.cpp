// SPDX-License-Identifier: Apache-2.0
#include "platform/http/http.hpp"

#include <doctest/doctest.h>

#include "adapters/http_server.hpp"
#include "adapters/scratch.hpp"

using namespace agent;
using namespace agent::test;

TEST_CASE("http_get: any status is an answer") {
  const HttpServer server([](const Connection& c, int n, const std::string&) {
    c.send(n == 0 ? ok("{\"ready\":true}") : status(503));
  });
  const auto ready = http_get({server.url("/readyz"), "", Milliseconds(3000)});
  REQUIRE(ready);
  CHECK(ready->status == 200);
  CHECK(ready->body == "{\"ready\":true}");
  const auto busy = http_get({server.url("/readyz"), "", Milliseconds(3000)});
  REQUIRE(busy);
  CHECK(busy->status == 503);
  CHECK(busy->body == "sorry");
  CHECK(server.requests().at(0).starts_with("GET /readyz HTTP/1.1\r\n"));
}

TEST_CASE("http_get: through a unix socket, with the URL's host as Host") {
  const Scratch scratch;
  const HttpServer server([](const Connection& c, int, const std::string&) { c.send(ok("here")); },
                          scratch.path("api.sock"));
  REQUIRE(server.bound());
  const auto answer = http_get(
      {"http://local-tailscaled.sock/localapi/v0/status", scratch.path("api.sock"), Milliseconds(3000)});
  REQUIRE(answer);
  CHECK(answer->body == "here");
  CHECK(server.requests().at(0).find("Host: local-tailscaled.sock\r\n") != std::string::npos);
}

TEST_CASE("http_get: redirects and proxies are not followed") {
  const HttpServer elsewhere([](const Connection& c, int, const std::string&) { c.send(ok("wrong")); });
  const HttpServer server([&](const Connection& c, int, const std::string&) {
    c.send(status(302, "Location: " + elsewhere.url("/") + "\r\n"));
  });
  ::setenv("http_proxy", elsewhere.url("").c_str(), 1);
  const auto answer = http_get({server.url("/"), "", Milliseconds(3000)});
  ::unsetenv("http_proxy");
  REQUIRE(answer);
  CHECK(answer->status == 302);
  CHECK(elsewhere.requests().empty());
}

TEST_CASE("http_get: a body without end is cut") {
  const HttpServer server([](const Connection& c, int, const std::string&) {
    c.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + std::string(5U << 20U, 'x'));
  });
  const auto answer = http_get({server.url("/"), "", Milliseconds(10'000)});
  REQUIRE(answer);
  CHECK(answer->status == 200);
  CHECK(answer->body.size() == 4U << 20U);
}

TEST_CASE("http_get: nothing that answers is unavailable, and says what was asked") {
  const Scratch scratch;
  const HttpServer silent([](const Connection& c, int, const std::string&) { c.stall(); });
  for (const auto& request : {HttpGet{"http://127.0.0.1:1/x", "", Milliseconds(3000)},
                              HttpGet{"http://sock/x", scratch.path("absent"), Milliseconds(3000)},
                              HttpGet{silent.url("/x"), "", Milliseconds(200)}}) {
    const auto answer = http_get(request);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code == Errc::unavailable);
    CHECK(answer.error().message.starts_with("GET " + request.url + ": "));
  }
  CHECK(
      http_get({"http://127.0.0.1:1/x", "", Milliseconds(3000)}).error().message.find("Connection refused") !=
      std::string::npos);
  CHECK(http_get({"file:///etc/passwd", "", Milliseconds(3000)}).error().code == Errc::invalid);
  CHECK(http_get({"http://[", "", Milliseconds(3000)}).error().code == Errc::invalid);
}
