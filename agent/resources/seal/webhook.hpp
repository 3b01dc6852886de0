// SPDX-License-Identifier: Apache-2.0
// The owner's webhook URL, to which failed runs are reported. Everybody who knows it can write to the owner,
// so it is a secret, in one root-only file.
#pragma once

#include "core/resource.hpp"
#include "secrets/secret.hpp"

namespace agent {

struct WebhookState {
  bool present = false;
  mode_t mode = 0600;
  uid_t uid = 0;
  bool is_given = true;  // it is the given URL, or none was given

  [[nodiscard]] bool has_right_mode() const { return !present || (mode == 0600 && uid == 0); }
};

class Webhook : public ResourceOf<WebhookState> {
 public:
  // `given`: empty when none was given; then the present URL stays.
  explicit Webhook(const Secret& given) : ResourceOf({"webhook", {}, {}}), given_(given) {}
  [[nodiscard]] Result<WebhookState> look(const Probe& probe) const override;
  [[nodiscard]] Observation describe(const WebhookState& state) const override;
  [[nodiscard]] Status apply(Host& host, const WebhookState& state) override;

 private:
  const Secret& given_;
};

// The URL in that file, which is then registered with redact(). Empty when there is none.
[[nodiscard]] Secret register_webhook(const Probe& probe);

}  // namespace agent
