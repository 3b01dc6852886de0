// SPDX-License-Identifier: Apache-2.0
// A resource: one thing on the machine. It reports its state and removes its drift. It knows nothing about
// modes or order.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "core/observation.hpp"
#include "ports/host.hpp"
#include "ports/probe.hpp"

namespace agent {

// The interface for the engine. A new resource derives from ResourceOf below.
class Resource {
 public:
  struct Spec {
    std::string name;                 // tailscale/login
    std::vector<std::string> needs;   // resources that must be in sync before this one is enforced
    std::vector<std::string> tokens;  // things that only one resource may use at a time: "dpkg"
    bool last = false;  // enforced after all others, even when they failed (its needs only set the order)
  };

  // The result of one observation: the words, and the values behind them, which only the resource itself can
  // read.
  class Look {
   public:
    [[nodiscard]] const Observation& observation() const { return observation_; }

   private:
    template <class State>
    friend class ResourceOf;
    struct Held {
      Held() = default;
      Held(const Held&) = delete;
      Held& operator=(const Held&) = delete;
      virtual ~Held() = default;
    };
    Observation observation_;
    std::unique_ptr<const Held> state_;
  };

  explicit Resource(Spec spec) : spec_(std::move(spec)) {}
  Resource(const Resource&) = delete;
  Resource& operator=(const Resource&) = delete;
  virtual ~Resource() = default;

  [[nodiscard]] const Spec& spec() const { return spec_; }
  [[nodiscard]] const std::string& name() const { return spec_.name; }

  // Observes. An Error means that the state could not be read. Errc::blocked: another resource must come
  // first; the message says which.
  [[nodiscard]] virtual Result<Look> observe(const Probe& probe) const = 0;

  // Removes the drift that observe() just saw; changes nothing when there is none. It waits for what it
  // starts, with a deadline. It does not check the result: the engine observes again.
  [[nodiscard]] virtual Status converge(Host& host, const Look& seen) = 0;

 private:
  Spec spec_;
};

// A resource whose state is a plain value, State. look() reads it, describe() puts it into words, apply()
// acts on it. There is drift exactly when describe() says so, and only then does apply() change anything
// (tests/laws/states.cpp).
template <class State>
class ResourceOf : public Resource {
 public:
  using Resource::Resource;

  // Reads the current state. Errc::blocked: it cannot be read before another resource is in sync.
  [[nodiscard]] virtual Result<State> look(const Probe& probe) const = 0;
  // For people and reports.
  [[nodiscard]] virtual Observation describe(const State& state) const = 0;
  // Removes the drift that look() saw.
  [[nodiscard]] virtual Status apply(Host& host, const State& state) = 0;

  [[nodiscard]] Result<Look> observe(const Probe& probe) const final {
    AGENT_TRY_ASSIGN(auto state, look(probe));
    Look seen;
    seen.observation_ = describe(state);
    seen.state_ = std::make_unique<const HeldState>(std::move(state));
    return seen;
  }
  [[nodiscard]] Status converge(Host& host, const Look& seen) final {
    return apply(host, static_cast<const HeldState&>(*seen.state_).state);
  }

 private:
  struct HeldState final : Look::Held {
    explicit HeldState(State value) : state(std::move(value)) {}
    State state;
  };
};

}  // namespace agent
