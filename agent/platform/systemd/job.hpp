// SPDX-License-Identifier: Apache-2.0
// Waits for the end of a systemd job. The watch begins before the job starts.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "platform/systemd/bus.hpp"

struct sd_bus_slot;

namespace agent {

class JobWatch {
 public:
  // Subscribes to the signal JobRemoved. Call it before the job is started, or the end of a fast job is
  // missed.
  [[nodiscard]] static Result<std::unique_ptr<JobWatch>> start(Bus& bus);
  ~JobWatch();
  JobWatch(const JobWatch&) = delete;
  JobWatch& operator=(const JobWatch&) = delete;

  // Waits for the end of the job that `reply` names. The result is systemd's word for it: done, failed,
  // dependency, timeout, …; or `unheard`, when the job is gone and its end was not announced: PID 1 was
  // executing itself again at that moment.
  static constexpr const char* unheard = "unheard";
  [[nodiscard]] Result<std::string> result_of(const BusMessage& reply);

 private:
  explicit JobWatch(Bus& bus) : bus_(bus) {}
  static int on_removed(sd_bus_message* message, void* self);
  [[nodiscard]] bool is_gone(const std::string& job);

  Bus& bus_;
  sd_bus_slot* slot_ = nullptr;
  std::map<std::string, std::string> ended_;  // job's object path -> result
};

}  // namespace agent
