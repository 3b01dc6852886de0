// SPDX-License-Identifier: Apache-2.0
#include "resources/openclaw/paired_devices.hpp"

#include "ports/run_checked.hpp"
#include "resources/common/openclaw_files.hpp"

namespace agent {
namespace {

// For OpenClaw 2026.9.6; a table that another version does not have is passed over.
constexpr const char* forget =
    "const{DatabaseSync}=require('node:sqlite');const db=new DatabaseSync(process.argv[1]);"
    "const there=new Set(db.prepare(\"select name from sqlite_master where "
    "type='table'\").all().map(row=>row.name));"
    "for(const table of['device_pairing_paired','device_pairing_pending','device_auth_tokens'])"
    "if(there.has(table))db.exec(`delete from ${table}`)";

}  // namespace

Status forget_paired_devices(Host& host, const User& user) {
  AGENT_TRY_ASSIGN(const bool has_run, host.exists({user, openclaw::database}));
  if (!has_run) return {};
  const auto scope = Scope::of(user);
  const auto unit = host.unit(scope, openclaw::unit_name);
  if (unit && unit->active_state != "inactive")
    AGENT_TRY(host.stop_unit(scope, openclaw::unit_name, openclaw::restart_timeout));
  Command command;
  command.argv = {"/usr/local/bin/node", "-e", forget, "--", user.home + "/" + openclaw::database};
  command.env = {{"HOME", user.home}, {"NODE_NO_WARNINGS", "1"}};
  command.user = user;
  command.directory = user.home;
  return run_checked(host, command).map([](const Completed&) {});
}

}  // namespace agent
