// SPDX-License-Identifier: Apache-2.0
#include "core/plan.hpp"

#include <algorithm>
#include <set>

namespace agent {
namespace {

using Resources = std::vector<std::unique_ptr<Resource>>;

Status check_names(const Resources& resources, const std::vector<std::string>& named) {
  std::set<std::string> names;
  std::set<std::string> last;
  for (const auto& resource : resources) {
    if (!names.insert(resource->name()).second)
      return fail(Errc::invalid, "two resources are named {}", resource->name());
    if (resource->spec().last) last.insert(resource->name());
  }
  for (const auto& name : named)
    if (!names.contains(name)) return fail(Errc::invalid, "{} is named, but is not in the plan", name);
  for (const auto& resource : resources)
    for (const auto& need : resource->spec().needs) {
      if (!names.contains(need))
        return fail(Errc::invalid, "{} needs {}, which is not in the plan", resource->name(), need);
      // A resource marked `last` waits for all others, so the two would wait for each other.
      if (last.contains(need) && !resource->spec().last)
        return fail(Errc::invalid, "{} needs {}, which comes last", resource->name(), need);
    }
  return {};
}

}  // namespace

Result<Plan> Plan::make(Resources resources, const std::vector<std::string>& named) {
  AGENT_TRY(check_names(resources, named));
  std::stable_partition(resources.begin(), resources.end(), [](const auto& r) { return !r->spec().last; });
  Resources ordered;
  std::set<std::string> placed;
  while (!resources.empty()) {
    // The first one whose needs are placed. This is stable, so the plan keeps the order in which it was
    // written.
    const auto next = std::find_if(resources.begin(), resources.end(), [&](const auto& resource) {
      return std::all_of(resource->spec().needs.begin(), resource->spec().needs.end(),
                         [&](const auto& need) { return placed.contains(need); });
    });
    if (next == resources.end())
      return fail(Errc::invalid, "the needs of {} form a cycle", resources.front()->name());
    placed.insert((*next)->name());
    ordered.push_back(std::move(*next));
    resources.erase(next);
  }
  return Plan(std::move(ordered));
}

}  // namespace agent
