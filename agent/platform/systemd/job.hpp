// SPDX-License-Identifier: Apache-2.0
// A job of systemd, from before it starts to its end.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "platform/systemd/bus.hpp"

struct sd_bus_slot;

namespace agent {

class JobWatch {
 public:
  // Subscribes and matches JobRemoved; call it before the job is started, or a fast job's end is missed.
  [[nodiscard]] static Result<std::unique_ptr<JobWatch>> start(Bus& bus);
  ~JobWatch();
  JobWatch(const JobWatch&) = delete;
  JobWatch& operator=(const JobWatch&) = delete;

  // Waits for the end of the job that `reply` names. Its result is systemd's word: done, failed, dependency,
  // timeout, …
  [[nodiscard]] Result<std::string> result_of(const BusMessage& reply);

 private:
  explicit JobWatch(Bus& bus) : bus_(bus) {}
  static int on_removed(sd_bus_message* message, void* self);

  Bus& bus_;
  sd_bus_slot* slot_ = nullptr;
  std::map<std::string, std::string> ended_;  // job's object path -> result
};

}  // namespace agent
