// SPDX-License-Identifier: Apache-2.0
// One connection to a message bus, for one operation and with its deadline. Not shared between threads.
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
  // Connects to the system's bus, or to the bus of a user's manager. Errc::unavailable when there is none.
  [[nodiscard]] static Result<Bus> open(const Scope& scope, const Deadline& deadline);

  // Appends a call's arguments (sd_bus_message_append(3)); negative on failure.
  using Fill = std::function<int(sd_bus_message*)>;
  // Calls the method and waits for the reply until the deadline. The name of a D-Bus error gives the Errc,
  // its text the message.
  [[nodiscard]] Result<BusMessage> call(const BusMethod& method, const Fill& fill);

  // Processes messages until `done` returns true. Errc::timed_out when that does not happen before the
  // deadline.
  [[nodiscard]] Status process_until(const std::function<bool()>& done);
  // The same with a deadline of its own.
  [[nodiscard]] Status process_until(const std::function<bool()>& done, const Deadline& deadline);

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
