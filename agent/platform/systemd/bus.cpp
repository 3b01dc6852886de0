// SPDX-License-Identifier: Apache-2.0
#include "platform/systemd/bus.hpp"

#include <systemd/sd-bus.h>

#include <array>
#include <cstdlib>
#include <string_view>
#include <utility>

#include "platform/posix/posix.hpp"
#include "platform/process/connect_as.hpp"

namespace agent {
namespace {

constexpr const char* system_address = "unix:path=/run/dbus/system_bus_socket";

std::uint64_t left_us(const Deadline& deadline) {
  return static_cast<std::uint64_t>(std::chrono::microseconds(deadline.left()).count());
}

struct CallError {
  sd_bus_error error = SD_BUS_ERROR_NULL;
  CallError() = default;
  CallError(const CallError&) = delete;
  CallError& operator=(const CallError&) = delete;
  ~CallError() { sd_bus_error_free(&error); }
};

// The errors that callers distinguish. The names are from org.freedesktop.systemd1(5) and the D-Bus
// specification.
constexpr std::array<std::pair<std::string_view, Errc>, 16> error_kinds = {{
    {"org.freedesktop.systemd1.NoSuchUnit", Errc::not_found},
    {"org.freedesktop.systemd1.UnitExists", Errc::refused},
    {"org.freedesktop.systemd1.UnitMasked", Errc::refused},
    {"org.freedesktop.systemd1.BadUnitSetting", Errc::invalid},
    {"org.freedesktop.login1.NoSuchUser", Errc::not_found},
    {"org.freedesktop.DBus.Error.FileNotFound", Errc::not_found},
    {"org.freedesktop.DBus.Error.AccessDenied", Errc::refused},
    {"org.freedesktop.DBus.Error.InvalidArgs", Errc::invalid},
    {"org.freedesktop.DBus.Error.ServiceUnknown", Errc::unavailable},
    {"org.freedesktop.DBus.Error.NameHasNoOwner", Errc::unavailable},
    {"org.freedesktop.DBus.Error.Disconnected", Errc::unavailable},
    {"org.freedesktop.DBus.Error.UnknownObject", Errc::not_found},
    // While PID 1 executes itself again, the bus takes it for a service that it could not start.
    {"org.freedesktop.DBus.Error.Spawn.ChildExited", Errc::unavailable},
    {"org.freedesktop.DBus.Error.NoReply", Errc::unavailable},  // the service ended before it answered
    {"org.freedesktop.DBus.Error.Timeout", Errc::timed_out},
    {"org.freedesktop.DBus.Error.TimedOut", Errc::timed_out},
}};

Errc kind_of(const sd_bus_error& error, int code) {
  for (const auto& [name, kind] : error_kinds)
    if (error.name != nullptr && name == error.name) return kind;
  switch (-code) {
    case ETIMEDOUT:
      return Errc::timed_out;
    case ECONNRESET:
    case ENOTCONN:
    case EPIPE:
      return Errc::unavailable;
    default:
      return Errc::failed;
  }
}

std::string socket_of(const User& user) { return fmt::format("/run/user/{}/bus", user.uid); }

tl::unexpected<Error> cannot_open(const Scope& scope, Errc code, std::string_view why) {
  if (!scope.user) return fail(code, "system bus: {}; is dbus.service running?", why);
  return fail(
      code,
      "user manager of {}: {}; it needs package dbus-user-session and linger (loginctl enable-linger {})",
      scope.user->name, why, scope.user->name);
}

}  // namespace

void BusMessageRelease::operator()(sd_bus_message* message) const noexcept { sd_bus_message_unref(message); }
// Closed without a flush: every call has its reply already, and a flush waits without a deadline.
void Bus::Release::operator()(sd_bus* bus) const noexcept { sd_bus_close_unref(bus); }

Result<Bus> Bus::open(const Scope& scope, const Deadline& deadline) {
  Bus bus(deadline);
  sd_bus* made = nullptr;
  if (const int r = sd_bus_new(&made); r < 0) return fail_errno(-r, "sd_bus_new");
  bus.bus_.reset(made);

  int r = 0;
  if (scope.user) {
    auto connection = connect_as(*scope.user, socket_of(*scope.user), deadline);
    if (!connection) return cannot_open(scope, connection.error().code, connection.error().message);
    r = sd_bus_set_fd(made, connection->get(), connection->get());
    if (r >= 0) static_cast<void>(connection->release());  // sd-bus closes it from here on
  } else {
    const char* elsewhere = ::secure_getenv("DBUS_SYSTEM_BUS_ADDRESS");  // as sd_bus_open_system(3)
    r = sd_bus_set_address(made, elsewhere != nullptr ? elsewhere : system_address);
  }
  if (r >= 0) r = sd_bus_set_bus_client(made, 1);
  if (r >= 0) r = sd_bus_start(made);
  if (r < 0) return cannot_open(scope, Errc::unavailable, errno_text(-r));

  // Authentication takes several messages. sd_bus_start(3) only starts it, and sd_bus_call(3) would wait for
  // it with another deadline.
  auto ready = bus.process_until([made] { return sd_bus_is_ready(made) > 0; });
  if (!ready) return cannot_open(scope, ready.error().code, ready.error().message);
  return bus;
}

Result<BusMessage> Bus::call(const BusMethod& method, const Fill& fill) {
  sd_bus_message* made = nullptr;
  int r = sd_bus_message_new_method_call(bus_.get(), &made, method.service, method.path, method.interface,
                                         method.member);
  const BusMessage request(made);
  if (r >= 0) r = fill(made);
  if (r < 0) return fail(Errc::invalid, "{}: cannot be asked: {}", method.member, errno_text(-r));
  if (deadline_.passed())
    return fail(Errc::timed_out, "{}: no time left of {} s", method.member, deadline_.seconds());

  CallError problem;
  sd_bus_message* answer = nullptr;
  r = sd_bus_call(bus_.get(), made, left_us(deadline_), &problem.error, &answer);
  if (r >= 0) return BusMessage(answer);
  const auto kind = kind_of(problem.error, r);
  if (kind == Errc::timed_out)
    return fail(kind, "{}: no answer within {} s", method.member, deadline_.seconds());
  if (problem.error.message != nullptr) return fail(kind, "{}", problem.error.message);
  return fail(kind, "{}: {}", method.member, errno_text(-r));
}

Status Bus::process_until(const std::function<bool()>& done) { return process_until(done, deadline_); }

Status Bus::process_until(const std::function<bool()>& done, const Deadline& deadline) {
  for (;;) {
    const int r = sd_bus_process(bus_.get(), nullptr);
    if (r < 0) return fail(Errc::unavailable, "the bus went away: {}", errno_text(-r));
    if (done()) return {};
    if (r > 0) continue;  // more may be waiting
    if (deadline.passed()) return fail(Errc::timed_out, "no answer within {} s", deadline.seconds());
    if (const int waited = sd_bus_wait(bus_.get(), left_us(deadline)); waited < 0 && waited != -EINTR)
      return fail(Errc::unavailable, "the bus went away: {}", errno_text(-waited));
  }
}

}  // namespace agent
