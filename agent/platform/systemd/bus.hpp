// SPDX-License-Identifier: Apache-2.0
// One connection to a message bus, made for one operation and bound by its deadline. Not shared between
// threads.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/deadline.hpp"
#include "base/result.hpp"
#include "ports/types.hpp"

struct sd_bus;
struct sd_bus_message;

namespace agent {

struct BusMessageRelease {
  void operator()(sd_bus_message* message) const noexcept;
};
using BusMessage = std::unique_ptr<sd_bus_message, BusMessageRelease>;

struct BusMethod {
  const char* service;
  const char* path;
  const char* interface;
  const char* member;
};

class Bus {
 public:
  // The system's bus, or that of a user's manager. Errc::unavailable when it is not there.
  [[nodiscard]] static Result<Bus> open(const Scope& scope, const Deadline& deadline);

  // Appends a call's arguments (sd_bus_message_append(3)); negative on failure.
  using Fill = std::function<int(sd_bus_message*)>;
  // Calls and waits for the reply until the deadline. D-Bus's error names become an Errc, its text the
  // message.
  [[nodiscard]] Result<BusMessage> call(const BusMethod& method, const Fill& fill);

  // Handles what arrives until `done` holds; Errc::timed_out when it did not by the deadline.
  [[nodiscard]] Status process_until(const std::function<bool()>& done);

  [[nodiscard]] sd_bus* get() const noexcept { return bus_.get(); }
  [[nodiscard]] const Deadline& deadline() const noexcept { return deadline_; }

 private:
  struct Release {
    void operator()(sd_bus* bus) const noexcept;
  };
  explicit Bus(const Deadline& deadline) : deadline_(deadline) {}

  std::unique_ptr<sd_bus, Release> bus_;
  Deadline deadline_;
};

}  // namespace agent
