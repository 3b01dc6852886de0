// A plan: resources in an order in which every one follows those it needs.
#pragma once

#include <memory>
#include <vector>

#include "core/resource.hpp"

namespace agent {

class Plan {
 public:
  // Errc::invalid when a name is used twice, a need is unknown or comes `last`, or needs form a circle. Resources keep the
  // order they were given in as far as their needs allow; those marked `last` come last.
  static Result<Plan> make(std::vector<std::unique_ptr<Resource>> resources);

  [[nodiscard]] const std::vector<std::unique_ptr<Resource>>& resources() const { return resources_; }

 private:
  explicit Plan(std::vector<std::unique_ptr<Resource>> resources) : resources_(std::move(resources)) {}
  std::vector<std::unique_ptr<Resource>> resources_;
};

}  // namespace agent
