// SPDX-License-Identifier: Apache-2.0
// What a look at a resource found, in words for people and reports.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agent {

// One difference between what is and what should be. Shown to people and kept in reports: no secret values.
struct Drift {
  std::string field;
  std::string observed;
  std::string desired;
};

// A resource can only add to it. What acts on a machine is given values (ResourceOf, resource.hpp), never
// these texts: they can be read by the engine alone (core/engine/findings.hpp).
class Observation {
 public:
  // Adds a drift when observed and desired differ.
  void expect(std::string_view field, std::string_view observed, std::string_view desired) {
    if (observed != desired) drift(field, observed, desired);
  }
  void drift(std::string_view field, std::string_view observed, std::string_view desired) {
    drifts_.push_back({std::string(field), std::string(observed), std::string(desired)});
  }
  // A warning for the operator that is no drift.
  void note(std::string text) { notes_.push_back(std::move(text)); }
  // What a report should say: the gateway's URL, the node's DNS name.
  void fact(std::string key, std::string value) { facts_[std::move(key)] = std::move(value); }

 private:
  friend class Findings;
  std::vector<Drift> drifts_;
  std::vector<std::string> notes_;
  std::map<std::string, std::string> facts_;
};

}  // namespace agent
