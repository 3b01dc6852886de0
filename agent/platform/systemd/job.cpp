// SPDX-License-Identifier: Apache-2.0
#include "platform/systemd/job.hpp"

#include <systemd/sd-bus.h>

#include <algorithm>

#include "platform/posix/posix.hpp"
#include "platform/systemd/systemd_names.hpp"

namespace agent {
namespace {

constexpr Milliseconds look_again{1'000};

}  // namespace

Result<std::unique_ptr<JobWatch>> JobWatch::start(Bus& bus) {
  std::unique_ptr<JobWatch> watch(new JobWatch(bus));
  auto handler = [](sd_bus_message* message, void* self, sd_bus_error*) { return on_removed(message, self); };
  // The manager sends signals only to those who subscribed (org.freedesktop.systemd1(5), Subscribe()).
  if (auto r = bus.call(manager("Subscribe"), [](sd_bus_message*) { return 0; }); !r)
    return pass(std::move(r), "Subscribe");
  // The asynchronous form needs no second wait: the bus handles the match before the call that starts the
  // job.
  const int r = sd_bus_match_signal_async(bus.get(), &watch->slot_, systemd_service, systemd_path,
                                          systemd_manager, "JobRemoved", handler, nullptr, watch.get());
  if (r < 0) return fail_errno(-r, "match JobRemoved");
  return watch;
}

JobWatch::~JobWatch() { sd_bus_slot_unref(slot_); }

int JobWatch::on_removed(sd_bus_message* message, void* self) {
  std::uint32_t id = 0;
  const char* path = nullptr;
  const char* unit = nullptr;
  const char* result = nullptr;
  if (sd_bus_message_read(message, "uoss", &id, &path, &unit, &result) >= 0)
    static_cast<JobWatch*>(self)->ended_[path] = result;
  return 0;
}

Result<std::string> JobWatch::result_of(const BusMessage& reply) {
  const char* path = nullptr;
  if (const int r = sd_bus_message_read(reply.get(), "o", &path); r < 0)
    return fail_errno(-r, "read the job's path");
  const std::string job = path;
  const auto ended = [&] { return ended_.contains(job); };
  for (;;) {
    const auto heard = bus_.process_until(ended, Deadline(std::min(look_again, bus_.deadline().left())));
    if (heard) return ended_.at(job);
    if (heard.error().code != Errc::timed_out) return tl::unexpected<Error>(heard.error());
    if (bus_.deadline().passed())
      return fail(Errc::timed_out, "no answer within {} s", bus_.deadline().seconds());
    // The call processes no signals, so one that came before the answer is heard after it.
    if (is_gone(job) && !bus_.process_until(ended, Deadline(Milliseconds(0)))) return std::string(unheard);
  }
}

bool JobWatch::is_gone(const std::string& job) {
  const BusMethod get = {systemd_service, job.c_str(), "org.freedesktop.DBus.Properties", "Get"};
  const auto state = bus_.call(
      get, [](auto* m) { return sd_bus_message_append(m, "ss", "org.freedesktop.systemd1.Job", "State"); });
  return !state && state.error().code == Errc::not_found;
}

}  // namespace agent
