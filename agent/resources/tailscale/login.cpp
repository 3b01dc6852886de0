// SPDX-License-Identifier: Apache-2.0
#include "resources/tailscale/login.hpp"

#include <ctime>
#include <iomanip>
#include <sstream>

#include "core/paths.hpp"
#include "ports/run_checked.hpp"
#include "ports/wait.hpp"
#include "resources/tailscale/identity.hpp"

namespace agent {
namespace {

const std::string program = "/usr/local/bin/tailscale";
constexpr Milliseconds unit_timeout(30'000);
// tailscale reads the key from this file, because others can see arguments and environment.
const std::string key_file = paths::run_private + "/auth-key";
constexpr std::string_view next_step =
    "then run `bootstrap-agent --reconcile --secrets -` as root with a tailscale_auth_key";

Command tailscale(std::vector<std::string> arguments, Milliseconds timeout) {
  Command command;
  command.argv = {program};
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  command.env = {{"LC_ALL", "C"}};
  command.timeout = timeout;
  return command;
}

bool contains(const std::string& text, std::string_view what) { return text.find(what) != std::string::npos; }

std::string first_line_with(const std::string& text, std::string_view what) {
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    if (contains(line, what)) return line;
  return {};
}

// The result of tailscaled's last login attempt, in its own words (tailscale.com: health/warnings.go,
// login-state), to be put into a message.
std::string last_error(const TailscaleStatus& status) {
  constexpr std::string_view before = "last login error was: ";
  for (const auto& line : status.health)
    if (const auto at = line.find(before); at != std::string::npos)
      return fmt::format(" (tailscaled says: {})", line.substr(at + before.size()));
  return {};
}

bool is_up(const TailscaleLoginState& state) { return state.status.backend_state == "Running"; }

std::string without_slash(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  return url;
}

// Days until an RFC 3339 time in UTC, which the control server sends.
std::optional<std::chrono::days> days_until(const std::string& time,
                                            std::chrono::system_clock::time_point now) {
  std::tm parts{};
  std::istringstream in(time);
  in >> std::get_time(&parts, "%Y-%m-%dT%H:%M:%S");
  if (in.fail()) return std::nullopt;
  // In seconds, because the clock's nanoseconds overflow in 2262.
  return std::chrono::floor<std::chrono::days>(
      std::chrono::seconds(timegm(&parts)) -
      std::chrono::floor<std::chrono::seconds>(now.time_since_epoch()));
}

}  // namespace

TailscaleLogin::TailscaleLogin(const Profile& profile, const Secret& auth_key)
    : ResourceOf({"tailscale/login", {"tailscale/service"}, {}}),
      wanted_(profile.tailscale),
      auth_key_(auth_key) {}

Result<TailscaleLoginState> TailscaleLogin::look(const Probe& probe) const {
  auto status = tailscale_status(probe);
  if (!status) return fail(Errc::blocked, "tailscale/service: {}", status.error().message);
  auto prefs = tailscale_prefs(probe);
  if (!prefs) return fail(Errc::blocked, "tailscale/service: {}", prefs.error().message);
  TailscaleLoginState state;
  AGENT_TRY_ASSIGN(state.key_file_left, probe.exists(key_file));
  AGENT_TRY_ASSIGN(state.another_servers_state, has_set_aside_state(probe));
  state.status = std::move(*status);
  state.prefs = std::move(*prefs);
  if (!state.status.key_expiry.empty())
    state.key_expires_in = days_until(state.status.key_expiry, probe.wall_clock());
  return state;
}

// For a node that is not up this is not known: it will be joined to the profile's server.
bool TailscaleLogin::has_other_server(const TailscaleLoginState& state) const {
  return is_up(state) && without_slash(state.prefs.control_url) != without_slash(wanted_.control_url);
}

bool TailscaleLogin::in_sync(const TailscaleLoginState& state) const {
  return !state.key_file_left && !state.another_servers_state && !state.status.expired && is_up(state) &&
         !has_other_server(state) && state.prefs.hostname == wanted_.hostname &&
         state.prefs.ssh == wanted_.ssh && !state.prefs.auto_update;
}

// Facts and notes that are not drift, but that the operator should know.
void TailscaleLogin::add_notes(const TailscaleLoginState& state, Observation& seen) const {
  const auto& status = state.status;
  seen.fact("dns_name", status.dns_name);
  const auto name = status.dns_name.substr(0, status.dns_name.find('.'));
  if (name != wanted_.hostname)
    seen.note(fmt::format(
        "the tailnet calls this node {}, not {}: a stale device probably still holds that name; delete it "
        "in the admin console and this one can be renamed",
        name, wanted_.hostname));
  if (status.tags.empty())
    seen.note(
        "the node has no tag: its key belongs to a person and expires; a tagged, pre-approved key suits a "
        "server");
  if (!auth_key_.empty())  // neither the key nor tailscaled shows which kind of key it was
    seen.note(
        "the auth key is not needed any more: if it is reusable, revoke it in the admin console, since "
        "whoever finds it can join; "
        "if it was ephemeral, this node vanishes from the tailnet when the server is off for a while");
  if (state.key_expires_in && *state.key_expires_in <= wanted_.key_expiry_warning)
    seen.note(
        fmt::format("the node's key expires in {} days ({}): disable key expiry for it in the admin console, "
                    "or this server drops out of the tailnet",
                    state.key_expires_in->count(), status.key_expiry));
  for (const auto& line : status.health)
    if (line != access_denied(status, wanted_.ssh)) seen.note("tailscaled warns: " + line);
}

Observation TailscaleLogin::describe(const TailscaleLoginState& state) const {
  Observation seen;
  if (state.key_file_left) seen.drift("auth key file", "left by an interrupted run", "absent");
  if (state.status.expired) seen.drift("node key", "expired " + state.status.key_expiry, "valid");
  seen.expect("state", state.status.backend_state, "Running");
  if (!is_up(state)) return seen;
  add_notes(state, seen);
  if (state.another_servers_state) seen.drift("state of another server", "kept", "destroyed");
  if (has_other_server(state)) seen.drift("control server", state.prefs.control_url, wanted_.control_url);
  seen.expect("hostname", state.prefs.hostname, wanted_.hostname);
  seen.expect("ssh", state.prefs.ssh ? "on" : "off", wanted_.ssh ? "on" : "off");
  seen.expect("auto-update", state.prefs.auto_update ? "on or left to the tailnet" : "off", "off");
  return seen;
}

Command TailscaleLogin::up() const {
  std::vector<std::string> arguments = {"up",
                                        "--reset",
                                        "--login-server=" + wanted_.control_url,
                                        "--hostname=" + wanted_.hostname,
                                        fmt::format("--ssh={}", wanted_.ssh),
                                        fmt::format("--timeout={}s", wanted_.join_timeout.count())};
  if (!wanted_.tags.empty())
    arguments.push_back(fmt::format("--advertise-tags={}", fmt::join(wanted_.tags, ",")));
  if (!auth_key_.empty()) arguments.push_back("--auth-key=file:" + key_file);
  return tailscale(std::move(arguments), Milliseconds(wanted_.join_timeout) + Milliseconds(10'000));
}

Result<Completed> TailscaleLogin::run_up(Host& host) const {
  if (auth_key_.empty()) return host.run(up());
  AGENT_TRY(host.make_directory(paths::run_private, {0700}));
  std::string key(auth_key_.reveal());
  // From an OAuth client secret the CLI makes a key that is ephemeral and not pre-approved, unless it is told
  // otherwise (tailscale.com/cmd/tailscale/cli, resolveAuthKey).
  if (is_oauth_secret(auth_key_) && key.find('?') == std::string::npos)
    key += "?ephemeral=false&preauthorized=true";
  const auto written = host.write_file(key_file, key, {0600});
  wipe(key);
  AGENT_TRY(written);
  auto done = host.run(up());
  AGENT_TRY(host.wipe_file(key_file));
  return done;
}

// tailscaled keeps trying a refused key by itself, and may join later and use it up. So this stops it, and
// then reports what happened.
Status TailscaleLogin::give_up(Host& host, const Completed& tried, const TailscaleStatus& status,
                               bool was_member) const {
  const auto output = tried.out + "\n" + tried.err;
  if (status.backend_state == "NeedsMachineAuth" || contains(output, "approve your machine")) {
    const auto url = first_line_with(output, "https://");
    return fail(Errc::unavailable,
                "this node waits for approval: let an admin of the tailnet approve it ({}), then run "
                "`bootstrap-agent --reconcile`",
                url.empty() ? "admin console, Machines" : url.substr(url.find("https://")));
  }
  if (auth_key_.empty() || was_member)  // the node is logged in and only offline or stopped: it must stay
                                        // logged in, even when there is a new key
    return fail(
        Errc::timed_out,
        "this node is {} and did not come up within {} s{}: check that the server reaches {}, then run "
        "`bootstrap-agent --reconcile`",
        status.backend_state, wanted_.join_timeout.count(), last_error(status), wanted_.control_url);
  // logout does nothing without a node key, and down does not stop the current attempt (both seen). Only a
  // restart stops it.
  (void)host.run(tailscale({"logout"}, Milliseconds(10'000)));
  (void)host.run(tailscale({"down", "--accept-risk=lose-ssh"}, Milliseconds(10'000)));
  (void)host.restart_unit(Scope::system(), paths::tailscaled_unit, unit_timeout);
  if (const auto line = first_line_with(output, "invalid key"); !line.empty())
    return fail(Errc::invalid,
                "the control server refused the auth key ({}): make a new one in the admin console (one-off, "
                "pre-approved, "
                "tagged, not ephemeral), {}",
                line, next_step);
  if (status.expired)
    return fail(Errc::invalid,
                "this node's key has expired ({}): renew it in the admin console, or make a new auth key, {}",
                status.key_expiry, next_step);
  const bool silent = tried.timed_out || contains(output, "timeout waiting") || contains(output, "timed out");
  if (silent)
    return fail(Errc::timed_out,
                "the control server {} did not let this node in within {} s{}: check that the server reaches "
                "it (outbound "
                "HTTPS, DNS), {}",
                wanted_.control_url, wanted_.join_timeout.count(), last_error(status), next_step);
  return fail(Errc::failed, "tailscale up failed: {}", failure_text(up(), tried));
}

// After a start tailscaled leaves NoState and Starting by itself; only NeedsLogin needs a key. Once in
// hundreds of starts it was seen to stay in NoState for a minute (1.102.3: no answer to its first request to
// the control server, and nothing in its log). So it is restarted. This probably helps, but that was not seen
// yet.
Status TailscaleLogin::settle(Host& host) const {
  const auto half = Milliseconds(wanted_.join_timeout) / 2;
  const auto wait = [&] {
    return wait_until(host, half, "tailscaled comes back by itself", [&]() -> Result<bool> {
      auto now = tailscale_status(host);
      return now && now->backend_state != "NoState" && now->backend_state != "Starting";
    });
  };
  if (auto settled = wait(); settled) return settled;
  auto status = tailscale_status(host);
  if (status && status->backend_state == "NoState")
    AGENT_TRY(host.restart_unit(Scope::system(), paths::tailscaled_unit, unit_timeout));
  return wait();
}

Status TailscaleLogin::join(Host& host) const {
  const auto settled = settle(host);
  AGENT_TRY_ASSIGN(auto status, tailscale_status(host));
  if (status.backend_state == "Running" && !status.expired) return {};
  if (!settled && auth_key_.empty())
    return fail(Errc::timed_out,
                "tailscaled is still {} after {} s{}: check that the server reaches {} (outbound HTTPS, "
                "DNS), then run "
                "`bootstrap-agent --reconcile`",
                status.backend_state, wanted_.join_timeout.count(), last_error(status), wanted_.control_url);
  const bool needs_key = status.backend_state != "Stopped" && status.backend_state != "NeedsMachineAuth";
  if (needs_key && auth_key_.empty())
    return fail(Errc::invalid,
                "this node is not logged in ({}{}) and no auth key was given: make one in the admin "
                "console, {}",
                status.backend_state, status.expired ? ", its key has expired" : "", next_step);
  const bool was_member = status.has_node_key && !status.expired && status.backend_state != "NeedsLogin";
  AGENT_TRY_ASSIGN(auto tried, with_context(run_up(host), "tailscale up"));
  // The node may be almost joined when `up` gave up. A logout now would waste a one-off key.
  (void)wait_until(host, Milliseconds(15'000), "the join ends", [&]() -> Result<bool> {
    auto state = tailscale_status(host);
    return !state || state->backend_state != "Starting";
  });
  AGENT_TRY_ASSIGN(auto now, tailscale_status(host));
  // Running was also seen with exit code 1. A one-off key is used up now. If there is a power cut before
  // tailscaled's state is on the disk, the node cannot join again. tailscaled does not sync it, so the agent
  // does.
  if (now.backend_state == "Running") return host.sync();
  return give_up(host, tried, now, was_member);
}

Status TailscaleLogin::set_preferences(Host& host) const {
  AGENT_TRY(run_checked(
      host, tailscale({"set", "--hostname=" + wanted_.hostname, fmt::format("--ssh={}", wanted_.ssh),
                       "--auto-update=false", "--accept-risk=lose-ssh"},
                      Milliseconds(20'000))));
  return wait_until(host, Milliseconds(10'000), "tailscaled takes its settings", [&]() -> Result<bool> {
    auto prefs = tailscale_prefs(host);
    return prefs && !prefs->auto_update && prefs->hostname == wanted_.hostname && prefs->ssh == wanted_.ssh;
  });
}

Status TailscaleLogin::apply(Host& host, const TailscaleLoginState& state) {
  if (in_sync(state)) return {};
  if (state.key_file_left) AGENT_TRY(host.wipe_file(key_file));
  if (has_other_server(state)) {
    if (!wanted_.rejoin_on_control_url_change)
      return fail(
          Errc::refused,
          "this node is joined to {}, the profile says {}: leaving a tailnet can lock you out, so set "
          "tailscale.rejoin_on_control_url_change: true, {}",
          state.prefs.control_url, wanted_.control_url, next_step);
    if (auth_key_.empty())
      return fail(Errc::invalid, "joining {} needs an auth key, {}", wanted_.control_url, next_step);
    AGENT_TRY(with_context(host.run(tailscale({"logout"}, Milliseconds(20'000))), "tailscale logout"));
  }
  AGENT_TRY(join(host));
  AGENT_TRY(set_preferences(host));
  if (state.another_servers_state) AGENT_TRY(destroy_set_aside_state(host));
  return wait_until(host, Milliseconds(20'000), "the tailnet gives this node a name", [&]() -> Result<bool> {
    auto status = tailscale_status(host);
    return status && status->backend_state == "Running" && !status->dns_name.empty();
  });
}

}  // namespace agent
