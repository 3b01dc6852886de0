// SPDX-License-Identifier: Apache-2.0
// The events of a run, for those who follow it: a file of JSON lines on tmpfs, world-readable, redacted like
// a report.
//   {"resource": {…as in the report…}}   a resource started (outcome pending) or ended
//   {"progress": "downloading …"}        for a person at a terminal
//   {"error": "…"}                       the run ends without a report, and why
//   {"end": 0}                           the run ended with this exit code; it is the last line
#pragma once

#include <functional>
#include <mutex>
#include <optional>
#include <string>

#include "base/unique_fd.hpp"
#include "core/engine/report.hpp"

namespace agent {

class EventWriter {
 public:
  // Starts an empty file.
  static Result<EventWriter> create(const std::string& path);
  void resource(const ResourceReport& resource);
  void progress(std::string_view line);
  void error(std::string_view why);
  void end(int exit_code);

 private:
  explicit EventWriter(UniqueFd fd) : fd_(std::move(fd)), mutex_(std::make_unique<std::mutex>()) {}
  void line(const std::string& text);
  UniqueFd fd_;
  std::unique_ptr<std::mutex> mutex_;
};

struct EventListener {
  std::function<void(const ResourceReport&)> resource;
  std::function<void(const std::string&)> progress;
  std::function<void(const std::string&)> error;
};

// Reads events from the start of the file until the run ends, calls the listener for each, and returns the
// run's exit code. `alive` says whether the run is still in progress. Errc::failed when it is not and it
// wrote no end: it was killed. Errc::timed_out at the deadline. The file need not exist yet.
[[nodiscard]] Result<int> follow_events(const std::string& path,
                                        std::chrono::steady_clock::time_point deadline,
                                        const std::function<bool()>& alive, const EventListener& listener);

}  // namespace agent
