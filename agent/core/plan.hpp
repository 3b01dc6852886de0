// SPDX-License-Identifier: Apache-2.0
// A plan: resources in an order in which each comes after those that it needs.
#pragma once

#include <memory>
#include <vector>

#include "core/resource.hpp"

namespace agent {

class Plan {
 public:
  // Errc::invalid when a name is used twice, a need is unknown or is marked `last`, or needs form a cycle.
  // Resources keep their given order as far as their needs allow; those marked `last` come last. `named`:
  // names of resources that other code uses, such as the consumers of secrets. Errc::invalid when one of them
  // is not in the plan.
  static Result<Plan> make(std::vector<std::unique_ptr<Resource>> resources,
                           const std::vector<std::string>& named = {});

  [[nodiscard]] const std::vector<std::unique_ptr<Resource>>& resources() const { return resources_; }

 private:
  explicit Plan(std::vector<std::unique_ptr<Resource>> resources) : resources_(std::move(resources)) {}
  std::vector<std::unique_ptr<Resource>> resources_;
};

}  // namespace agent
