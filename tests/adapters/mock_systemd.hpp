// SPDX-License-Identifier: Apache-2.0
// A mock of org.freedesktop.systemd1. It is as strict as the real one: signals go only to subscribers.
#pragma once

#include <atomic>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/unique_fd.hpp"

struct sd_bus;
struct sd_bus_message;

namespace agent::test {

// The unit's name says what happens when it is started:
//   good     its job is done, and is announced after the reply
//   early    … before the reply
//   busy     … after the jobs of other units, which fail
//   fails    its main process exits with 7
//   starved  a unit that it requires fails
//   stuck    its job never ends
//   lost     its job is done, and nobody is told: PID 1 executed itself again
//   shy      PID 1 is not back on the bus when it is first asked
//   mute     the call is never answered
//   gone     systemd leaves the bus instead of an answer
//   absent   there is no such unit
//   masked   it is masked
//   static   (when enabled) has no [Install] section
class MockSystemd {
 public:
  explicit MockSystemd(const std::string& address);
  ~MockSystemd();
  MockSystemd(const MockSystemd&) = delete;
  MockSystemd& operator=(const MockSystemd&) = delete;

  // Every call so far, in order: "StartUnit good.service replace".
  [[nodiscard]] std::vector<std::string> calls() const;

  // For the vtable's functions.
  int start_unit(sd_bus_message* call);
  int load_unit(sd_bus_message* call);
  int subscribe(sd_bus_message* call);
  int change_files(sd_bus_message* call);
  int plain(sd_bus_message* call);
  int start_transient(sd_bus_message* call);

 private:
  void serve();
  void record(std::string line);
  int finish_job(sd_bus_message* call, const std::string& unit, const char* result, bool before_reply);

  sd_bus* bus_ = nullptr;
  UniqueFd stop_;
  bool subscribed_ = false;
  bool leave_ = false;
  bool was_asked_ = false;  // for shy
  mutable std::mutex mutex_;
  std::vector<std::string> calls_;
  std::thread thread_;
};

}  // namespace agent::test
