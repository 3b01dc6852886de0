// A resource: one thing on the machine. It answers two questions in two functions and knows nothing of modes or order.
#pragma once

#include <map>
#include <string>
#include <variant>
#include <vector>

#include "base/result.hpp"
#include "ports/host.hpp"
#include "ports/probe.hpp"

namespace agent {

// One difference between what is and what should be. Shown to people and kept in reports: no secret values.
struct Drift {
  std::string field;
  std::string observed;
  std::string desired;
};

// What was seen. `notes` are warnings for the operator that are no drift; `facts` are what a report should say
// (the gateway's URL, the node's DNS name).
struct Observation {
  std::vector<Drift> drifts;
  std::string blocked_on;  // not empty: cannot be observed yet, and why ("tailscale/service is not running")
  std::vector<std::string> notes;
  std::map<std::string, std::string> facts;

  static Observation in_sync() { return {}; }
  static Observation blocked(std::string on) {
    Observation seen;
    seen.blocked_on = std::move(on);
    return seen;
  }

  [[nodiscard]] bool is_in_sync() const { return drifts.empty() && blocked_on.empty(); }
  [[nodiscard]] bool is_blocked() const { return !blocked_on.empty(); }

  // Adds a drift when observed and desired differ.
  void expect(std::string_view field, std::string_view observed, std::string_view desired) {
    if (observed != desired) drift(field, observed, desired);
  }
  void drift(std::string_view field, std::string_view observed, std::string_view desired) {
    drifts.push_back({std::string(field), std::string(observed), std::string(desired)});
  }
  [[nodiscard]] bool has(std::string_view field) const {
    for (const auto& drift : drifts)
      if (drift.field == field) return true;
    return false;
  }
};

class Resource {
 public:
  struct Spec {
    std::string name;                 // tailscale/login
    std::vector<std::string> needs;   // resources that must be in sync before this one is enforced
    std::vector<std::string> tokens;  // what only one resource may use at a time: "dpkg"
    bool last = false;                // enforced after all others, whatever became of them (its needs only say in which order)
  };

  explicit Resource(Spec spec) : spec_(std::move(spec)) {}
  Resource(const Resource&) = delete;
  Resource& operator=(const Resource&) = delete;
  virtual ~Resource() = default;

  [[nodiscard]] const Spec& spec() const { return spec_; }
  [[nodiscard]] const std::string& name() const { return spec_.name; }

  // Looks, and says what differs. An Error means that it could not be seen.
  [[nodiscard]] virtual Result<Observation> observe(const Probe& probe) const = 0;

  // Removes the drift that observe() just saw. It waits for what it starts, with a deadline, but does not judge:
  // the engine observes again.
  [[nodiscard]] virtual Status apply(Host& host, const Observation& seen) = 0;

 private:
  Spec spec_;
};

}  // namespace agent
