// SPDX-License-Identifier: Apache-2.0
// What a look at a resource found, in words for people and reports.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace agent {

// One difference between the actual and the desired state. It is shown to people and kept in reports, so it
// must not contain a secret.
struct Drift {
  std::string field;
  std::string observed;
  std::string desired;
};

// A resource can only add to it. Code that changes a machine gets values (ResourceOf, resource.hpp), never
// these texts. Only the engine can read them (core/engine/findings.hpp).
class Observation {
 public:
  // Adds a drift when observed and desired differ.
  void expect(std::string_view field, std::string_view observed, std::string_view desired) {
    if (observed != desired) drift(field, observed, desired);
  }
  void drift(std::string_view field, std::string_view observed, std::string_view desired) {
    drifts_.push_back({std::string(field), std::string(observed), std::string(desired)});
  }
  // A warning for the operator that is not drift.
  void note(std::string text) { notes_.push_back(std::move(text)); }
  // Information for the report, such as the gateway's URL or the node's DNS name.
  void fact(std::string key, std::string value) { facts_[std::move(key)] = std::move(value); }

 private:
  friend class Findings;
  std::vector<Drift> drifts_;
  std::vector<std::string> notes_;
  std::map<std::string, std::string> facts_;
};

}  // namespace agent
