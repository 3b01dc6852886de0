// SPDX-License-Identifier: Apache-2.0
#include "platform/systemd/transient.hpp"

#include <poll.h>
#include <systemd/sd-bus.h>

#include "platform/systemd/job.hpp"
#include "platform/systemd/systemd_names.hpp"

namespace agent {
namespace {

int append_exec_start(sd_bus_message* m, const std::vector<std::string>& argv) {
  std::vector<char*> strings;
  for (const auto& argument : argv)
    strings.push_back(const_cast<char*>(argument.c_str()));  // NOLINT: sd-bus only reads
  strings.push_back(nullptr);

  // (sv) of "ExecStart" and a(sasb): path, argv, whether a failure is ignored.
  int r = sd_bus_message_open_container(m, 'r', "sv");
  if (r >= 0) r = sd_bus_message_append(m, "s", "ExecStart");
  if (r >= 0) r = sd_bus_message_open_container(m, 'v', "a(sasb)");
  if (r >= 0) r = sd_bus_message_open_container(m, 'a', "(sasb)");
  if (r >= 0) r = sd_bus_message_open_container(m, 'r', "sasb");
  if (r >= 0) r = sd_bus_message_append(m, "s", argv.front().c_str());
  if (r >= 0) r = sd_bus_message_append_strv(m, strings.data());
  if (r >= 0) r = sd_bus_message_append(m, "b", 0);
  for (int open = 0; open < 4 && r >= 0; ++open) r = sd_bus_message_close_container(m);
  return r;
}

int append_unit(sd_bus_message* m, const TransientUnit& unit) {
  int r = sd_bus_message_append(m, "ss", unit.name.c_str(), "fail");
  if (r >= 0) r = sd_bus_message_open_container(m, 'a', "(sv)");
  const auto append = [&](const char* name, const char* value) {
    if (r >= 0) r = sd_bus_message_append(m, "(sv)", name, "s", value);
  };
  append("Description", unit.description.c_str());
  append("Type", "exec");
  append("CollectMode", "inactive-or-failed");
  for (const auto& [name, value] : unit.properties) append(name.c_str(), value.c_str());
  if (r >= 0) r = append_exec_start(m, unit.argv);
  if (r >= 0) r = sd_bus_message_close_container(m);
  return r < 0 ? r : sd_bus_message_append(m, "a(sa(sv))", 0);  // no auxiliary units
}

Status start_on(Bus& bus, const TransientUnit& unit) {
  AGENT_TRY_ASSIGN(auto watch, JobWatch::start(bus));
  auto reply = bus.call(manager("StartTransientUnit"), [&](auto* m) { return append_unit(m, unit); });
  if (!reply) return pass(std::move(reply));
  AGENT_TRY_ASSIGN(auto result, watch->result_of(*reply));
  if (result == "done" || result == JobWatch::unheard) return {};  // whoever follows the run sees its end
  return fail(Errc::failed, "{}; read more: journalctl -u {}", result, unit.name);
}

}  // namespace

// While PID 1 executes itself again it is off the bus. The first call may have arrived all the same: then the
// unit is there, and it is ours.
Status start_transient(const TransientUnit& unit, Milliseconds timeout) {
  if (unit.argv.empty()) return fail(Errc::invalid, "start {}: nothing to run", unit.name);
  const Deadline deadline(timeout);
  const Deadline back(Milliseconds(5'000));
  for (bool again = false;; again = true) {
    auto bus = Bus::open(Scope::system(), deadline);
    auto started = bus ? start_on(*bus, unit) : Status(tl::unexpected<Error>(bus.error()));
    if (started || (again && started.error().code == Errc::refused)) return {};
    if (started.error().code != Errc::unavailable || back.passed() || deadline.passed())
      return pass(std::move(started), "start " + unit.name);
    ::poll(nullptr, 0, 100);
  }
}

}  // namespace agent
