// SPDX-License-Identifier: Apache-2.0
// Sends a report to the owner's webhook, over verified TLS.
#include "platform/http/post.hpp"

#include <doctest/doctest.h>

#include "adapters/http_server.hpp"

using namespace agent;
using namespace agent::test;

TEST_CASE("post: only over HTTPS, and no message holds the address") {
  const HttpServer plain([](const Connection& c, int, const std::string&) { c.send(ok("taken")); });
  const auto refused = post_json(plain.url("/secret-part"), "{}", Milliseconds(3'000), "/absent.pem");
  REQUIRE_FALSE(refused);
  CHECK(refused.error().message.find("secret-part") == std::string::npos);
  CHECK(refused.error().message.find("127.0.0.1") == std::string::npos);
  CHECK(plain.requests().empty());
}
