// Local accounts: the gateway's unprivileged user, and the one that only makes OpenClaw's tree.
#pragma once

#include "core/resource.hpp"

namespace agent {

// The gateway's user: in no group that amounts to root, from the start, since processes keep their groups.
class GatewayUser : public Resource {
 public:
  explicit GatewayUser(std::string user);
  [[nodiscard]] Result<Observation> observe(const Probe& probe) const override;
  [[nodiscard]] Status apply(Host& host, const Observation& seen) override;

 private:
  [[nodiscard]] Status make(Host& host, const Observation& seen) const;
  std::string user_;
};

// The gateway's user has no password.
class UserPassword : public Resource {
 public:
  explicit UserPassword(std::string user);
  [[nodiscard]] Result<Observation> observe(const Probe& probe) const override;
  [[nodiscard]] Status apply(Host& host, const Observation& seen) override;

 private:
  std::string user_;
};

// A system account without home, password or shell. npm runs as it, so that neither root nor the gateway's user does.
class BuildUser : public Resource {
 public:
  BuildUser();
  [[nodiscard]] Result<Observation> observe(const Probe& probe) const override;
  [[nodiscard]] Status apply(Host& host, const Observation& seen) override;
};

// The user's manager runs from boot on, without a session (loginctl(1) enable-linger).
class Linger : public Resource {
 public:
  explicit Linger(std::string user);
  [[nodiscard]] Result<Observation> observe(const Probe& probe) const override;
  [[nodiscard]] Status apply(Host& host, const Observation& seen) override;

 private:
  std::string user_;
};

}  // namespace agent
