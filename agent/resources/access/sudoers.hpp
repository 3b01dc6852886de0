// What the gateway's user may do as root: look, and a bare --reconcile. Nothing that takes a path, stdin, URL or secret.
#pragma once

#include "core/resource.hpp"

namespace agent {

class Sudoers : public Resource {
 public:
  explicit Sudoers(std::string user);
  [[nodiscard]] Result<Observation> observe(const Probe& probe) const override;
  [[nodiscard]] Status apply(Host& host, const Observation& seen) override;

  // The whole file; every command with its exact arguments (sudoers(5): arguments that are listed must match).
  [[nodiscard]] static std::string content(const std::string& user);

 private:
  [[nodiscard]] Status revoke_others(Host& host) const;
  std::string user_;
};

}  // namespace agent
