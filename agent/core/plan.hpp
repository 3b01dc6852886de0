// SPDX-License-Identifier: Apache-2.0
// A plan: resources in an order in which every one follows those it needs.
#pragma once

#include <memory>
#include <vector>

#include "core/resource.hpp"

namespace agent {

class Plan {
 public:
  // Errc::invalid when a name is used twice, a need is unknown or comes `last`, or needs form a circle.
  // Resources keep the order they were given in as far as their needs allow; those marked `last` come last.
  // `named`: resources that others speak of by name, such as who takes a secret over; Errc::invalid when one
  // is not in the plan.
  static Result<Plan> make(std::vector<std::unique_ptr<Resource>> resources,
                           const std::vector<std::string>& named = {});

  [[nodiscard]] const std::vector<std::unique_ptr<Resource>>& resources() const { return resources_; }

 private:
  explicit Plan(std::vector<std::unique_ptr<Resource>> resources) : resources_(std::move(resources)) {}
  std::vector<std::unique_ptr<Resource>> resources_;
};

}  // namespace agent
