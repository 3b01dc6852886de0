// SPDX-License-Identifier: Apache-2.0
// The snapshot of an OpenClaw update. It is root's file, but the disk may damage it. The run succeeds, or
// says what is wrong.
#include "resources/openclaw/update.hpp"

#include "core/paths.hpp"
#include "machine.hpp"
#include "resources/openclaw/program/package.hpp"

namespace agent::fuzz {

void run(std::string_view input) {
  Machine machine;
  Ledger ledger;
  OpenclawUpdate update(default_profile(), ledger);
  machine.user_managers.insert("ubuntu");
  machine.files.put_directory("/opt/openclaw/2026.9.6");
  machine.files.put_symlink("/opt/openclaw/current", "2026.9.6");
  machine.files.put_directory("/home/ubuntu/.config/systemd/user", {0755, 1000, 1000});
  machine.answers("http://127.0.0.1:18789/readyz",
                  R"({"ready":true})");  // otherwise each run would wait for it
  machine.files.put(paths::update, std::string(input), {0600});

  const auto seen = look(update, machine);
  if (!seen) return;
  const bool destroyed =
      input.empty() || input.find('\0') != std::string_view::npos;  // like after an interrupted wipe
  require(has_drift(*seen, paths::update) == destroyed, "what is left of a snapshot is seen");
  require((has_drift(*seen, "update") != has_drift(*seen, "new secrets")) == !destroyed,
          "an update or a rotation that goes on is seen");
  const auto applied = update.converge(machine, *seen);
  if (!applied)
    return require_error(applied.error(),
                         {Errc::invalid, Errc::refused, Errc::failed, Errc::timed_out, Errc::not_found});
  require(machine.files.find(paths::update) == nullptr, "it is ended");
}

}  // namespace agent::fuzz
