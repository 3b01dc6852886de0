// SPDX-License-Identifier: Apache-2.0
#include "adapters/mock_systemd.hpp"

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <systemd/sd-bus.h>

#include <array>
#include <csignal>
#include <cstdlib>

namespace agent::test {
namespace {

constexpr const char* path = "/org/freedesktop/systemd1";
constexpr const char* interface = "org.freedesktop.systemd1.Manager";
constexpr const char* unit_path = "/org/freedesktop/systemd1/unit/one";
constexpr const char* job_path = "/org/freedesktop/systemd1/job/7";
constexpr const char* waiting_job_path = "/org/freedesktop/systemd1/job/8";

template <int (MockSystemd::*method)(sd_bus_message*)>
int forward(sd_bus_message* call, void* self, sd_bus_error*) {
  return (static_cast<MockSystemd*>(self)->*method)(call);
}

const std::array manager_vtable = {
    sd_bus_vtable SD_BUS_VTABLE_START(0),
    sd_bus_vtable SD_BUS_METHOD("Subscribe", "", "", forward<&MockSystemd::subscribe>,
                                SD_BUS_VTABLE_UNPRIVILEGED),
    sd_bus_vtable SD_BUS_METHOD("StartUnit", "ss", "o", forward<&MockSystemd::start_unit>,
                                SD_BUS_VTABLE_UNPRIVILEGED),
    sd_bus_vtable SD_BUS_METHOD("StopUnit", "ss", "o", forward<&MockSystemd::start_unit>,
                                SD_BUS_VTABLE_UNPRIVILEGED),
    sd_bus_vtable SD_BUS_METHOD("RestartUnit", "ss", "o", forward<&MockSystemd::start_unit>,
                                SD_BUS_VTABLE_UNPRIVILEGED),
    sd_bus_vtable SD_BUS_METHOD("StartTransientUnit", "ssa(sv)a(sa(sv))", "o",
                                forward<&MockSystemd::start_transient>, SD_BUS_VTABLE_UNPRIVILEGED),
    sd_bus_vtable SD_BUS_METHOD("LoadUnit", "s", "o", forward<&MockSystemd::load_unit>,
                                SD_BUS_VTABLE_UNPRIVILEGED),
    sd_bus_vtable SD_BUS_METHOD("UnmaskUnitFiles", "asb", "a(sss)", forward<&MockSystemd::change_files>,
                                SD_BUS_VTABLE_UNPRIVILEGED),
    sd_bus_vtable SD_BUS_METHOD("EnableUnitFiles", "asbb", "ba(sss)", forward<&MockSystemd::change_files>,
                                SD_BUS_VTABLE_UNPRIVILEGED),
    sd_bus_vtable SD_BUS_METHOD("Reload", "", "", forward<&MockSystemd::plain>, SD_BUS_VTABLE_UNPRIVILEGED),
    sd_bus_vtable SD_BUS_METHOD("ResetFailedUnit", "s", "", forward<&MockSystemd::plain>,
                                SD_BUS_VTABLE_UNPRIVILEGED),
    sd_bus_vtable SD_BUS_VTABLE_END};

// The properties of the one unit there is, by type.
int text(sd_bus*, const char*, const char*, const char* name, sd_bus_message* reply, void*, sd_bus_error*) {
  const std::string_view property = name;
  const char* value = property == "LoadState"       ? "loaded"
                      : property == "ActiveState"   ? "failed"
                      : property == "SubState"      ? "failed"
                      : property == "UnitFileState" ? "enabled"
                      : property == "Result"        ? "exit-code"
                                                    : "/etc/systemd/system/one.service";
  return sd_bus_message_append(reply, "s", value);
}
int waiting(sd_bus*, const char*, const char*, const char*, sd_bus_message* reply, void*, sd_bus_error*) {
  return sd_bus_message_append(reply, "s", "waiting");
}
int texts(sd_bus*, const char*, const char*, const char*, sd_bus_message* reply, void*, sd_bus_error*) {
  return sd_bus_message_append(reply, "as", 2, "/etc/a.conf", "/run/b.conf");
}
int number(sd_bus*, const char*, const char*, const char* name, sd_bus_message* reply, void*, sd_bus_error*) {
  return sd_bus_message_append(reply, "u", std::string_view(name) == "MainPID" ? 4711U : 3U);
}
int exit_kind(sd_bus*, const char*, const char*, const char*, sd_bus_message* reply, void*, sd_bus_error*) {
  return sd_bus_message_append(reply, "i", CLD_EXITED);
}
int exit_status(sd_bus*, const char*, const char*, const char*, sd_bus_message* reply, void*, sd_bus_error*) {
  return sd_bus_message_append(reply, "i", 7);
}
int yes(sd_bus*, const char*, const char*, const char*, sd_bus_message* reply, void*, sd_bus_error*) {
  return sd_bus_message_append(reply, "b", 1);
}
int moment(sd_bus*, const char*, const char*, const char*, sd_bus_message* reply, void*, sd_bus_error*) {
  return sd_bus_message_append(reply, "t", std::uint64_t{1'700'000'000'000'000});
}
int exec_start(sd_bus*, const char*, const char*, const char*, sd_bus_message* reply, void*, sd_bus_error*) {
  return sd_bus_message_append(reply, "a(sasbttttuii)", 2, "/bin/node", 2, "node", "a b", 0, UINT64_C(0),
                               UINT64_C(0), UINT64_C(0), UINT64_C(0), 0U, 0, 0, "/bin/second", 1, "second", 0,
                               UINT64_C(0), UINT64_C(0), UINT64_C(0), UINT64_C(0), 0U, 0, 0);
}

const std::array unit_vtable = {sd_bus_vtable SD_BUS_VTABLE_START(0),
                                sd_bus_vtable SD_BUS_PROPERTY("LoadState", "s", text, 0, 0),
                                sd_bus_vtable SD_BUS_PROPERTY("ActiveState", "s", text, 0, 0),
                                sd_bus_vtable SD_BUS_PROPERTY("SubState", "s", text, 0, 0),
                                sd_bus_vtable SD_BUS_PROPERTY("UnitFileState", "s", text, 0, 0),
                                sd_bus_vtable SD_BUS_PROPERTY("FragmentPath", "s", text, 0, 0),
                                sd_bus_vtable SD_BUS_PROPERTY("DropInPaths", "as", texts, 0, 0),
                                sd_bus_vtable SD_BUS_PROPERTY("NeedDaemonReload", "b", yes, 0, 0),
                                sd_bus_vtable SD_BUS_PROPERTY("ActiveEnterTimestamp", "t", moment, 0, 0),
                                sd_bus_vtable SD_BUS_PROPERTY("NobodyAsksForThis", "as", texts, 0, 0),
                                sd_bus_vtable SD_BUS_VTABLE_END};
const std::array job_vtable = {sd_bus_vtable SD_BUS_VTABLE_START(0),
                               sd_bus_vtable SD_BUS_PROPERTY("State", "s", waiting, 0, 0),
                               sd_bus_vtable SD_BUS_VTABLE_END};
const std::array service_vtable = {
    sd_bus_vtable SD_BUS_VTABLE_START(0),
    sd_bus_vtable SD_BUS_PROPERTY("Result", "s", text, 0, 0),
    sd_bus_vtable SD_BUS_PROPERTY("MainPID", "u", number, 0, 0),
    sd_bus_vtable SD_BUS_PROPERTY("NRestarts", "u", number, 0, 0),
    sd_bus_vtable SD_BUS_PROPERTY("ExecMainCode", "i", exit_kind, 0, 0),
    sd_bus_vtable SD_BUS_PROPERTY("ExecMainStatus", "i", exit_status, 0, 0),
    sd_bus_vtable SD_BUS_PROPERTY("ExecStart", "a(sasbttttuii)", exec_start, 0, 0),
    sd_bus_vtable SD_BUS_VTABLE_END};

}  // namespace

MockSystemd::MockSystemd(const std::string& address) : stop_(::eventfd(0, EFD_CLOEXEC)) {
  REQUIRE(sd_bus_new(&bus_) >= 0);
  REQUIRE(sd_bus_set_address(bus_, address.c_str()) >= 0);
  REQUIRE(sd_bus_set_bus_client(bus_, 1) >= 0);
  REQUIRE(sd_bus_start(bus_) >= 0);
  REQUIRE(sd_bus_add_object_vtable(bus_, nullptr, path, interface, manager_vtable.data(), this) >= 0);
  REQUIRE(sd_bus_add_object_vtable(bus_, nullptr, unit_path, "org.freedesktop.systemd1.Unit",
                                   unit_vtable.data(), this) >= 0);
  REQUIRE(sd_bus_add_object_vtable(bus_, nullptr, unit_path, "org.freedesktop.systemd1.Service",
                                   service_vtable.data(), this) >= 0);
  REQUIRE(sd_bus_add_object_vtable(bus_, nullptr, waiting_job_path, "org.freedesktop.systemd1.Job",
                                   job_vtable.data(), this) >= 0);
  REQUIRE(sd_bus_request_name(bus_, "org.freedesktop.systemd1", 0) >= 0);
  thread_ = std::thread([this] { serve(); });
}

MockSystemd::~MockSystemd() {
  ::eventfd_write(stop_.get(), 1);
  thread_.join();
  sd_bus_close_unref(bus_);
}

std::vector<std::string> MockSystemd::calls() const {
  const std::lock_guard lock(mutex_);
  return calls_;
}

void MockSystemd::record(std::string line) {
  const std::lock_guard lock(mutex_);
  calls_.push_back(std::move(line));
}

void MockSystemd::serve() {
  while (!leave_) {
    const int r = sd_bus_process(bus_, nullptr);
    if (r < 0) return;
    if (r > 0) continue;
    std::array<pollfd, 2> fds = {{{sd_bus_get_fd(bus_), POLLIN, 0}, {stop_.get(), POLLIN, 0}}};
    if (::poll(fds.data(), fds.size(), 30'000) <= 0 || fds[1].revents != 0) return;
  }
  sd_bus_close(bus_);
}

int MockSystemd::subscribe(sd_bus_message* call) {
  subscribed_ = true;
  return plain(call);
}

int MockSystemd::plain(sd_bus_message* call) {
  const char* argument = "";
  if (sd_bus_message_has_signature(call, "s") > 0) sd_bus_message_read(call, "s", &argument);
  record(fmt::format("{} {}", sd_bus_message_get_member(call), argument));
  if (std::string_view(argument).starts_with("absent"))
    return sd_bus_reply_method_errorf(call, "org.freedesktop.systemd1.NoSuchUnit", "Unit %s not loaded.",
                                      argument);
  return sd_bus_reply_method_return(call, "");
}

int MockSystemd::load_unit(sd_bus_message* call) { return sd_bus_reply_method_return(call, "o", unit_path); }

int MockSystemd::finish_job(sd_bus_message* call, const std::string& unit, const char* result,
                            bool before_reply) {
  const auto announce = [&](const char* job, const char* name, const char* how) {
    if (subscribed_) sd_bus_emit_signal(bus_, path, interface, "JobRemoved", "uoss", 7U, job, name, how);
  };
  if (before_reply) announce(job_path, unit.c_str(), result);
  const int r = sd_bus_reply_method_return(call, "o", job_path);
  if (!before_reply) {
    announce("/org/freedesktop/systemd1/job/6", unit.c_str(),
             "failed");  // another job of this unit, which ends only now
    announce(job_path, unit.c_str(), result);
  }
  return r;
}

int MockSystemd::start_unit(sd_bus_message* call) {
  const char* name = nullptr;
  const char* mode = nullptr;
  sd_bus_message_read(call, "ss", &name, &mode);
  record(fmt::format("{} {} {}", sd_bus_message_get_member(call), name, mode));
  const std::string unit = name;
  const auto kind = unit.substr(0, unit.find('.'));
  if (kind == "mute") return 1;
  if (kind == "gone") {
    leave_ = true;
    return 1;
  }
  if (kind == "stuck") return sd_bus_reply_method_return(call, "o", waiting_job_path);
  if (kind == "lost") return sd_bus_reply_method_return(call, "o", job_path);
  if (kind == "shy" && !was_asked_) {
    was_asked_ = true;
    return sd_bus_reply_method_errorf(call, "org.freedesktop.DBus.Error.Spawn.ChildExited",
                                      "Process org.freedesktop.systemd1 exited with status 1");
  }
  if (kind == "absent")
    return sd_bus_reply_method_errorf(call, "org.freedesktop.systemd1.NoSuchUnit", "Unit %s not found.",
                                      name);
  if (kind == "masked")
    return sd_bus_reply_method_errorf(call, "org.freedesktop.systemd1.UnitMasked", "Unit %s is masked.",
                                      name);
  return finish_job(call, unit,
                    kind == "fails"     ? "failed"
                    : kind == "starved" ? "dependency"
                                        : "done",
                    kind == "early");
}

int MockSystemd::change_files(sd_bus_message* call) {
  char** files = nullptr;
  int first = 0;
  int second = 0;
  const std::string member = sd_bus_message_get_member(call);
  sd_bus_message_read_strv(call, &files);
  sd_bus_message_read(call, "b", &first);
  if (member == "EnableUnitFiles") sd_bus_message_read(call, "b", &second);
  const std::string unit = files[0];
  std::free(files[0]);  // NOLINT: sd-bus hands out malloc(3)ed strings
  std::free(files);     // NOLINT
  record(fmt::format("{} {} {} {}", member, unit, first, second));
  if (member == "UnmaskUnitFiles") return sd_bus_reply_method_return(call, "a(sss)", 0);
  return sd_bus_reply_method_return(call, "ba(sss)", unit != "static.service", 0);
}

int MockSystemd::start_transient(sd_bus_message* call) {
  const char* name = nullptr;
  const char* mode = nullptr;
  sd_bus_message_read(call, "ss", &name, &mode);
  std::string line = fmt::format("StartTransientUnit {} {}", name, mode);
  sd_bus_message_enter_container(call, 'a', "(sv)");
  while (sd_bus_message_enter_container(call, 'r', "sv") > 0) {
    const char* property = nullptr;
    const char* type = nullptr;
    const char* value = nullptr;
    sd_bus_message_read(call, "s", &property);
    sd_bus_message_peek_type(call, nullptr, &type);
    if (std::string_view(type) == "s") {
      sd_bus_message_read(call, "v", "s", &value);
      line += fmt::format(" {}={}", property, value);
    } else {
      const char* one = nullptr;
      const char* two = nullptr;
      int ignore = 1;
      sd_bus_message_read(call, "v", "a(sasb)", 1, &value, 2, &one, &two, &ignore);
      line += fmt::format(" {}={}[{}|{}]{}", property, value, one, two, ignore);
    }
    sd_bus_message_exit_container(call);
  }
  record(line);
  const std::string unit = name;
  if (unit == "there.service")
    return sd_bus_reply_method_errorf(call, "org.freedesktop.systemd1.UnitExists",
                                      "Unit %s was already loaded.", name);
  return finish_job(call, unit, unit == "fails.service" ? "failed" : "done", false);
}

}  // namespace agent::test
