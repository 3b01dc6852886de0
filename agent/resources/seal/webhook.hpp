// Where a failed run is told of: the owner's webhook URL. Whoever knows it can write to the owner, so it is a secret, in one root-only
// file.
#pragma once

#include "base/secret.hpp"
#include "core/resource.hpp"

namespace agent {

class Webhook : public Resource {
 public:
  static constexpr const char* resource_name = "webhook";

  // `given`: empty when none was; then what is there stays.
  explicit Webhook(const Secret& given) : Resource({resource_name, {}, {}}), given_(given) {}
  [[nodiscard]] Result<Observation> observe(const Probe& probe) const override;
  [[nodiscard]] Status apply(Host& host, const Observation& seen) override;

 private:
  const Secret& given_;
};

// The URL in that file, known to redact() from then on; empty when there is none.
[[nodiscard]] Secret register_webhook(const Probe& probe);

}  // namespace agent
