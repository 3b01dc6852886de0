#include "resources/firewall_trial.hpp"

#include <array>

#include "resources/paths.hpp"
#include "resources/ufw_command.hpp"

namespace agent::firewall_trial {
namespace {

const std::string timer = "bootstrap-agent-revert.timer";
constexpr Milliseconds job_timeout(30'000);

// Made aside, and taken away under another name, so that a directory of its own name is always whole.
const std::string& kept = paths::firewall_before;
const std::string half_made = kept + ".partial";
const std::string half_gone = kept + ".old";

// Where ufw keeps all that its commands change (ufw(8), FILES).
constexpr std::array<std::string_view, 4> files = {"/etc/default/ufw", "/etc/ufw/ufw.conf", "/etc/ufw/user.rules",
                                                   "/etc/ufw/user6.rules"};
constexpr std::size_t largest = 4U << 20U;

std::string copy_of(std::string_view file, const std::string& directory) {
  auto name = std::string(file.substr(1));
  for (auto& c : name)
    if (c == '/') c = '-';
  return directory + "/" + name;
}

Result<bool> present(const Probe& probe, const std::string& path) {
  auto info = probe.stat(path);
  if (!info) return pass(std::move(info));
  return info->has_value();
}

// With its mode. What is absent at `from` will be absent at `to`.
Status copy(Host& host, const std::string& from, const std::string& to) {
  auto info = host.stat(from);
  if (!info) return pass(std::move(info));
  if (!*info) {
    auto there = present(host, to);
    if (!there) return pass(std::move(there));
    return *there ? host.remove(to) : Status();
  }
  auto text = host.read_file(from, largest);
  if (!text) return pass(std::move(text));
  return host.write_file(to, *text, {(*info)->mode});
}

Status forget(Host& host) {
  AGENT_TRY(host.rename(kept, half_gone));
  return host.remove_tree(half_gone);
}

bool was_enabled(const Probe& probe) {
  auto text = probe.read_file(copy_of("/etc/ufw/ufw.conf", kept));
  return text && ("\n" + *text).find("\nENABLED=yes") != std::string::npos;
}

}  // namespace

Status observe(const Probe& probe, Observation& seen) {
  auto on_trial = present(probe, kept);
  if (!on_trial) return pass(std::move(on_trial));
  if (*on_trial) seen.drift("change", "on trial", "confirmed");
  for (const auto& rest : {half_made, half_gone}) {
    auto there = present(probe, rest);
    if (!there) return pass(std::move(there));
    if (*there) seen.drift(rest, "present", "absent");
  }
  return {};
}

Status begin(Host& host) {
  for (const auto& rest : {half_made, half_gone}) {
    auto there = present(host, rest);
    if (!there) return pass(std::move(there));
    if (*there) AGENT_TRY(host.remove_tree(rest));
  }
  auto on_trial = present(host, kept);
  if (!on_trial) return pass(std::move(on_trial));
  if (!*on_trial) {
    AGENT_TRY(host.make_directory(half_made, {0700}));
    for (const auto file : files) AGENT_TRY(copy(host, std::string(file), copy_of(file, half_made)));
    AGENT_TRY(host.rename(half_made, kept));
  }
  return host.restart_unit(Scope::system(), timer, job_timeout);  // its time begins now
}

Status confirm(Host& host) {
  if (auto forgotten = forget(host); !forgotten)
    return fail(Errc::refused, "the firewall was put back before its change could be confirmed: {}", forgotten.error().message);
  return host.stop_unit(Scope::system(), timer, job_timeout);
}

Status revert(Host& host) {
  auto on_trial = present(host, kept);
  if (!on_trial) return pass(std::move(on_trial));
  if (!*on_trial) return {};
  const bool on = was_enabled(host);
  // Disabling writes ufw.conf, so it comes before the files; when it fails, they are put back nevertheless.
  auto loaded = on ? Status() : run_ufw(host, {"disable"});
  for (const auto file : files) AGENT_TRY(copy(host, copy_of(file, kept), std::string(file)));
  if (on) loaded = run_ufw(host, {"reload"});
  AGENT_TRY(std::move(loaded));
  return forget(host);
}

}  // namespace agent::firewall_trial
