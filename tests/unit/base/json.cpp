// SPDX-License-Identifier: Apache-2.0
#include "base/json.hpp"

#include <doctest/doctest.h>

namespace agent {

TEST_CASE("json: sorted is for comparing, at every depth, and an array's order is kept") {
  const auto one = Json::parse(R"({"b": [{"y": 1, "x": 2}, "z", "a"], "a": {"d": null, "c": true}})");
  const auto other = Json::parse(R"({"a": {"c": true, "d": null}, "b": [{"x": 2, "y": 1}, "z", "a"]})");
  CHECK(one != other);
  CHECK(sorted(one) == sorted(other));
  CHECK(sorted(one).dump() == R"({"a":{"c":true,"d":null},"b":[{"x":2,"y":1},"z","a"]})");
  CHECK(sorted(Json::parse(R"(["b", "a"])")) != sorted(Json::parse(R"(["a", "b"])")));
  CHECK(sorted(Json(3)) == Json(3));
}

}  // namespace agent
