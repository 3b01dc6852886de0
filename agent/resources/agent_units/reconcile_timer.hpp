// The timer that repairs drift by itself: there and running when the profile wants it, else absent.
#pragma once

#include "core/resource.hpp"

namespace agent {

class ReconcileTimer : public Resource {
 public:
  explicit ReconcileTimer(bool wanted);
  [[nodiscard]] Result<Observation> observe(const Probe& probe) const override;
  [[nodiscard]] Status apply(Host& host, const Observation& seen) override;

 private:
  [[nodiscard]] static Result<Observation> observe_none(const Probe& probe);
  bool wanted_;
};

}  // namespace agent
