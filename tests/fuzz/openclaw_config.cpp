// SPDX-License-Identifier: Apache-2.0
// openclaw.json, which the owner and the gateway also write. After a repair it is as desired, and nothing
// else in it is lost. Input: the output of `openclaw config validate` when it refuses (one line; empty: it
// accepts), then the file.
#include <nlohmann/json.hpp>

#include "core/paths.hpp"
#include "machine.hpp"
#include "resources/openclaw/config.hpp"

namespace agent::fuzz {
namespace {

using json = nlohmann::json;

const std::string file = "/home/ubuntu/.openclaw/openclaw.json";

bool is_ours(const std::string& pointer) {
  static const std::vector<std::string> owned = {
      "/gateway", "/update/checkOnStart",          "/discovery/mdns/mode", "/models/catalogRefresh/enabled",
      "/meta",    "/agents/defaults/model/primary"};
  return std::any_of(owned.begin(), owned.end(), [&](const auto& ours) { return pointer.starts_with(ours); });
}

// Every value that was there and is not ours is still there. (For flatten() an empty object is null.)
void require_kept(const std::string& before, const std::string& after) {
  if (before.empty()) return;
  const auto now = json::parse(after).flatten();
  const auto was = json::parse(before).flatten();
  for (const auto& [pointer, value] : was.items()) {
    if (is_ours(pointer) || value.is_null()) continue;
    require(now.contains(pointer) && now[pointer] == value, "what the owner wrote is kept: " + pointer);
  }
}

}  // namespace

void run(std::string_view input) {
  Machine machine;
  machine.files.put_directory(paths::stamps);
  OpenclawConfig config(default_profile());
  const auto given = parts(input, 2);
  machine.on_run("/usr/local/bin/openclaw", [&](FakeHost&, const Command&) -> Result<Completed> {
    return Completed{given[0].empty() ? 0 : 1, false, given[0], ""};
  });
  if (!given[1].empty()) machine.files.put(file, given[1], {0600, 1000, 1000});

  const auto seen = look(config, machine);
  if (!seen || in_sync(seen)) return;
  for (const auto& drift : drifts(*seen))
    require(drift.field != "/gateway/auth/token" || drift.observed == "absent" ||
                drift.observed == "another value",
            "a token is not shown");
  const auto applied = config.converge(machine, *seen);
  if (!applied) {
    require_error(applied.error(), {Errc::refused, Errc::invalid, Errc::failed});
    const auto* now = machine.files.find(file);
    require(now == nullptr ? given[1].empty() : now->content == given[1], "what is not mended is as it was");
    return;
  }
  require(in_sync(look(config, machine)), "what was applied is as desired");
  require_kept(given[1], machine.files.find(file)->content);
}

}  // namespace agent::fuzz
