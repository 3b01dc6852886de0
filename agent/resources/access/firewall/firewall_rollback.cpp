// SPDX-License-Identifier: Apache-2.0
#include "resources/access/firewall/firewall_rollback.hpp"

#include <array>

#include "core/paths.hpp"
#include "resources/access/firewall/ufw_command.hpp"

namespace agent::firewall_rollback {
namespace {

const std::string timer = "bootstrap-agent-revert.timer";
const std::string unit = "bootstrap-agent-revert.service";
constexpr Milliseconds job_timeout(30'000);

// The copy is made and removed under other names, so a directory with the final name is always complete.
const std::string& kept = paths::firewall_before;
const std::string& reverting = paths::firewall_reverting;
const std::string half_made = kept + ".partial";
const std::string half_gone = kept + ".old";

// All files that ufw's commands change (ufw(8), FILES).
constexpr std::array<std::string_view, 4> files = {"/etc/default/ufw", "/etc/ufw/ufw.conf",
                                                   "/etc/ufw/user.rules", "/etc/ufw/user6.rules"};
constexpr std::size_t largest = 4U << 20U;

std::string copy_of(std::string_view file, const std::string& directory) {
  auto name = std::string(file.substr(1));
  for (auto& c : name)
    if (c == '/') c = '-';
  return directory + "/" + name;
}

// Copies a file with its mode. False when the file does not exist.
Result<bool> copy(Host& host, const std::string& from, const std::string& to) {
  AGENT_TRY_ASSIGN(auto info, host.stat(from));
  if (!info) return false;
  AGENT_TRY_ASSIGN(auto text, host.read_file(from, largest));
  AGENT_TRY(host.write_file(to, text, {info->mode}));
  return true;
}

// A file that was absent before is removed. That is only known while the copy still exists.
Status put_back(Host& host, const std::string& file) {
  AGENT_TRY_ASSIGN(auto copied, copy(host, copy_of(file, reverting), file));
  if (copied) return {};
  AGENT_TRY_ASSIGN(auto there, host.exists(reverting));
  if (!there) return fail(Errc::failed, "{} was removed while {} was put back from it", reverting, file);
  return host.remove(file);
}

bool was_enabled(const Probe& probe) {
  auto text = probe.read_file(copy_of("/etc/ufw/ufw.conf", reverting));
  return text && ("\n" + *text).find("\nENABLED=yes") != std::string::npos;
}

// Returns false when there is no unconfirmed change. It can be repeated until forget() ends it.
Result<bool> put_back_all(Host& host) {
  auto begun = host.exists(reverting);  // by a rollback that was interrupted
  if (!begun) return pass(std::move(begun));
  if (!*begun) {
    auto claimed = host.rename(kept, reverting);
    if (!claimed && claimed.error().code == Errc::not_found) return false;
    if (!claimed) return pass(std::move(claimed));
  }
  const bool on = was_enabled(host);
  // Disabling ufw writes ufw.conf, so it comes before the files. When it fails, the files are put back
  // anyway.
  auto loaded = on ? Status() : run_ufw(host, {"disable"});
  for (const auto file : files) AGENT_TRY(put_back(host, std::string(file)));
  if (on) loaded = run_ufw(host, {"reload"});
  AGENT_TRY(std::move(loaded));
  return true;
}

Status forget(Host& host) {
  AGENT_TRY(host.rename(reverting, half_gone));
  return host.remove_tree(half_gone);
}

// From here on only the run does a rollback, until the timer fires. The timer restarts now, in case the run
// dies.
Status take_over(Host& host) {
  AGENT_TRY(host.restart_unit(Scope::system(), timer, job_timeout));
  return host.stop_unit(Scope::system(), unit, job_timeout);
}

}  // namespace

Result<State> look(const Probe& probe) {
  State state;
  AGENT_TRY_ASSIGN(state.unconfirmed, probe.exists(kept));
  AGENT_TRY_ASSIGN(state.being_put_back, probe.exists(reverting));
  for (const auto& leftover : {half_made, half_gone}) {
    AGENT_TRY_ASSIGN(const bool there, probe.exists(leftover));
    if (there) state.leftovers.push_back(leftover);
  }
  return state;
}

void describe(const State& state, Observation& seen) {
  if (state.unconfirmed) seen.drift("change", "not confirmed yet", "confirmed");
  if (state.being_put_back) seen.drift("change", "being put back", "confirmed");
  for (const auto& leftover : state.leftovers) seen.drift(leftover, "present", "absent");
}

Status begin(Host& host) {
  AGENT_TRY(take_over(host));
  for (const auto& leftover : {half_made, half_gone}) {
    AGENT_TRY_ASSIGN(auto there, host.exists(leftover));
    if (there) AGENT_TRY(host.remove_tree(leftover));
  }
  AGENT_TRY_ASSIGN(auto begun, host.exists(reverting));
  // The copy is not put back first: that may be the step that fails, and this change can use the same copy.
  if (begun) return host.rename(reverting, kept);
  AGENT_TRY_ASSIGN(auto unconfirmed, host.exists(kept));
  if (unconfirmed) return {};
  AGENT_TRY(host.make_directory(half_made, {0700}));
  for (const auto file : files)
    if (auto copied = copy(host, std::string(file), copy_of(file, half_made)); !copied)
      return pass(std::move(copied));
  return host.rename(half_made, kept);
}

Status confirm(Host& host) {
  AGENT_TRY(host.sync());  // ufw writes its files without a sync
  auto confirmed = host.rename(kept, half_gone);
  if (!confirmed && confirmed.error().code == Errc::not_found)
    return fail(Errc::refused, "the change took too long: it was put back before it could be confirmed");
  return confirmed;
}

Status clear(Host& host) {
  AGENT_TRY(host.remove_tree(half_gone));
  return host.stop_unit(Scope::system(), timer, job_timeout);
}

Result<bool> revert(Host& host) {
  AGENT_TRY(take_over(host));
  auto back = put_back_all(host);
  if (back && *back) AGENT_TRY(forget(host));
  return back;
}

Status revert_beside(Host& host, const std::string& run) {
  AGENT_TRY_ASSIGN(auto back, put_back_all(host));
  if (!back) return {};
  if (run.empty()) return forget(host);
  return fail(Errc::unavailable,
              "the firewall was put back; it will be put back once more when the current run is over ({})",
              run);
}

}  // namespace agent::firewall_rollback
