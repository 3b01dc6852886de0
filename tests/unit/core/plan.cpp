// SPDX-License-Identifier: Apache-2.0
#include "core/plan.hpp"

#include <doctest/doctest.h>

namespace agent {
namespace {

Resource::Spec named(std::string name, std::vector<std::string> needs = {},
                     std::vector<std::string> tokens = {}, bool last = false) {
  return {std::move(name), std::move(needs), std::move(tokens), last};
}

struct Nothing {};

class NothingToDo : public ResourceOf<Nothing> {
 public:
  using ResourceOf::ResourceOf;
  Result<Nothing> look(const Probe&) const override { return Nothing(); }
  Observation describe(const Nothing&) const override { return {}; }
  Status apply(Host&, const Nothing&) override { return {}; }
};

Result<Plan> plan_of(const std::vector<Resource::Spec>& specs,
                     const std::vector<std::string>& spoken_of = {}) {
  std::vector<std::unique_ptr<Resource>> resources;
  for (const auto& spec : specs) resources.push_back(std::make_unique<NothingToDo>(spec));
  return Plan::make(std::move(resources), spoken_of);
}

std::vector<std::string> names(const Result<Plan>& plan) {
  std::vector<std::string> out;
  for (const auto& resource : plan->resources()) out.push_back(resource->name());
  return out;
}

std::string refusal(const std::vector<Resource::Spec>& specs,
                    const std::vector<std::string>& spoken_of = {}) {
  const auto plan = plan_of(specs, spoken_of);
  return plan ? "accepted" : plan.error().message;
}

}  // namespace

TEST_CASE("plan: the order it was given in holds as far as needs allow, and the last come last") {
  CHECK(names(plan_of({named("a", {"c"}), named("b"), named("c")})) ==
        std::vector<std::string>{"b", "c", "a"});
  CHECK(names(plan_of({named("seal", {}, {}, true), named("a"), named("b")})) ==
        std::vector<std::string>{"a", "b", "seal"});
  CHECK(names(plan_of({})).empty());
}

TEST_CASE("plan: a resource that others name must be in it") {
  CHECK(refusal({named("a"), named("b")}, {"b"}) == "accepted");
  const auto why = refusal({named("a")}, {"openclaw/env"});
  CHECK(why.find("openclaw/env") != std::string::npos);
  CHECK(why.find("not in the plan") != std::string::npos);
}

TEST_CASE("plan: what cannot be ordered is refused by name") {
  CHECK(refusal({named("a"), named("a")}) == "two resources are named a");
  CHECK(refusal({named("a", {"b"})}) == "a needs b, which is not in the plan");
  CHECK(refusal({named("a", {"b"}), named("b", {"c"}), named("c", {"a"})}) == "the needs of a form a cycle");
  CHECK(refusal({named("a", {"a"})}) == "the needs of a form a cycle");
  CHECK(refusal({named("a", {"seal"}), named("seal", {}, {}, true)}) == "a needs seal, which comes last");
}

}  // namespace agent
