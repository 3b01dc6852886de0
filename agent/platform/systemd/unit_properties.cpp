// SPDX-License-Identifier: Apache-2.0
#include "platform/systemd/unit_properties.hpp"

#include <systemd/sd-bus.h>

#include <cstdlib>
#include <map>
#include <string_view>

#include "base/c_handle.hpp"
#include "platform/posix/posix.hpp"
#include "platform/systemd/systemd_names.hpp"

namespace agent {
namespace {

using StringList = CHandle<char*, [](char** list) {
  for (char** item = list; *item != nullptr; ++item)
    std::free(*item);  // NOLINT: sd-bus hands out malloc(3)ed strings
  std::free(list);     // NOLINT
}>;

int read_strings(sd_bus_message* m, std::vector<std::string>& out) {
  char** raw = nullptr;
  const int r = sd_bus_message_read_strv(m, &raw);
  const StringList list(raw);
  for (char** item = raw; item != nullptr && *item != nullptr; ++item) out.emplace_back(*item);
  return r;
}

// ExecStart is a(sasbttttuii): path, argv, … Only the argv of the first command is used; everything else is
// skipped.
int read_exec_start(sd_bus_message* m, std::vector<std::string>& out) {
  int r = sd_bus_message_enter_container(m, 'a', "(sasbttttuii)");
  for (bool first = true; r >= 0; first = false) {
    r = sd_bus_message_enter_container(m, 'r', "sasbttttuii");
    if (r <= 0) break;
    std::vector<std::string> argv;
    r = sd_bus_message_skip(m, "s");
    if (r >= 0) r = read_strings(m, argv);
    if (r >= 0) r = sd_bus_message_skip(m, "bttttuii");
    if (r >= 0) r = sd_bus_message_exit_container(m);
    if (first) out = std::move(argv);
  }
  return r < 0 ? r : sd_bus_message_exit_container(m);
}

// Reads a value of a basic type into a member.
template <class Raw, class Member>
int read_basic(sd_bus_message* m, char type, Member& member) {
  Raw raw{};
  const int r = sd_bus_message_read_basic(m, type, &raw);
  if (r >= 0) member = Member(raw);
  return r;
}

struct Property {
  const char* type;
  std::function<int(sd_bus_message*, UnitProperties&)> read;
};

Property text(std::string UnitState::*member) {
  return {"s", [member](sd_bus_message* m, UnitProperties& p) {
            return read_basic<const char*>(m, 's', p.state.*member);
          }};
}

// Names and types from org.freedesktop.systemd1(5); the properties of the unit and of its type (service,
// mount, …) arrive together.
const std::map<std::string_view, Property>& wanted() {
  static const std::map<std::string_view, Property> table = {
      {"LoadState", text(&UnitState::load_state)},
      {"ActiveState", text(&UnitState::active_state)},
      {"SubState", text(&UnitState::sub_state)},
      {"UnitFileState", text(&UnitState::unit_file_state)},
      {"FragmentPath", text(&UnitState::fragment_path)},
      {"Result", text(&UnitState::result)},
      {"DropInPaths", {"as", [](auto* m, auto& p) { return read_strings(m, p.state.drop_in_paths); }}},
      {"ExecStart",
       {"a(sasbttttuii)", [](auto* m, auto& p) { return read_exec_start(m, p.state.exec_start); }}},
      {"MainPID",
       {"u", [](auto* m, auto& p) { return read_basic<std::uint32_t>(m, 'u', p.state.main_pid); }}},
      {"NRestarts",
       {"u", [](auto* m, auto& p) { return read_basic<std::uint32_t>(m, 'u', p.state.restarts); }}},
      {"NeedDaemonReload",
       {"b", [](auto* m, auto& p) { return read_basic<int>(m, 'b', p.state.need_daemon_reload); }}},
      {"ActiveEnterTimestamp",
       {"t", [](auto* m, auto& p) { return read_basic<std::uint64_t>(m, 't', p.state.active_since_us); }}},
      {"ExecMainCode", {"i", [](auto* m, auto& p) { return read_basic<int>(m, 'i', p.exit_kind); }}},
      {"ExecMainStatus", {"i", [](auto* m, auto& p) { return read_basic<int>(m, 'i', p.exit_status); }}},
  };
  return table;
}

int read_property(sd_bus_message* m, UnitProperties& out) {
  const char* name = nullptr;
  int r = sd_bus_message_read_basic(m, 's', &name);
  if (r < 0) return r;
  const auto found = wanted().find(name);
  const char* type = nullptr;
  if (found != wanted().end()) r = sd_bus_message_peek_type(m, nullptr, &type);
  if (r < 0) return r;
  if (type == nullptr || std::string_view(type) != found->second.type) return sd_bus_message_skip(m, "v");
  r = sd_bus_message_enter_container(m, 'v', type);
  if (r >= 0) r = found->second.read(m, out);
  return r < 0 ? r : sd_bus_message_exit_container(m);
}

int read_all_properties(sd_bus_message* m, UnitProperties& out) {
  int r = sd_bus_message_enter_container(m, 'a', "{sv}");
  while (r >= 0) {
    r = sd_bus_message_enter_container(m, 'e', "sv");
    if (r <= 0) break;
    r = read_property(m, out);
    if (r >= 0) r = sd_bus_message_exit_container(m);
  }
  return r;
}

}  // namespace

Result<UnitProperties> unit_properties(Bus& bus, const std::string& unit) {
  // LoadUnit, not GetUnit: systemd does not keep inactive units in memory.
  auto loaded =
      bus.call(manager("LoadUnit"), [&](auto* m) { return sd_bus_message_append(m, "s", unit.c_str()); });
  if (!loaded) return pass(std::move(loaded));
  const char* path = nullptr;
  if (const int r = sd_bus_message_read(loaded->get(), "o", &path); r < 0)
    return fail_errno(-r, "LoadUnit's reply");

  // The empty interface means all of them (D-Bus specification, org.freedesktop.DBus.Properties).
  auto all = bus.call({systemd_service, path, "org.freedesktop.DBus.Properties", "GetAll"},
                      [](auto* m) { return sd_bus_message_append(m, "s", ""); });
  if (!all) return pass(std::move(all));
  UnitProperties properties;
  if (const int r = read_all_properties(all->get(), properties); r < 0)
    return fail_errno(-r, "properties of " + unit);
  return properties;
}

}  // namespace agent
