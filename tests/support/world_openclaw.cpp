// SPDX-License-Identifier: Apache-2.0
#include "support/world_openclaw.hpp"

#include <csignal>
#include <nlohmann/json.hpp>

#include "support/world_programs.hpp"
#include "support/world_systemd.hpp"

namespace agent::world {
namespace {

using json = nlohmann::ordered_json;  // Node keeps the order of keys

const std::string package = "/node_modules/openclaw";
const std::string pending = "/.openclaw-lifecycle-pending";
constexpr Milliseconds start_to_ready{300};

// proc_net(5): sshd's socket, and the gateway's on the address given in the kernel's hex.
std::string sockets(const std::string& gateway_address, std::uint16_t port, uid_t uid) {
  std::string table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid\n";
  const auto line = [](const std::string& address, std::uint16_t at, uid_t owner) {
    return fmt::format("   0: {}:{:04X} 00000000:0000 0A 00000000:00000000 00:00000000 00000000 {:5} 0 1\n",
                       address, at, owner);
  };
  table += line("00000000", 22, 0);
  if (!gateway_address.empty()) table += line(gateway_address, port, uid);
  return table;
}

}  // namespace

bool OpenClaw::is_up(const FakeHost& host) const {
  const auto state = host.units.find({user_, unit});
  return state != host.units.end() && state->second.active_state == "active";
}

bool OpenClaw::is_bad(const std::string& file) const {
  return bad_version.empty() || file.starts_with("/opt/openclaw/" + bad_version + "/");
}

Result<Completed> OpenClaw::npm(FakeHost& host, const Command& command) const {
  if (!runnable(host.files, command.argv.front())) return fail(Errc::not_found, "run npm: no such program");
  if (!command.user) return refuses(1, "npm error: not as root\n");
  const User& user = *command.user;
  if (npm_is_killed) return refuses(128 + SIGKILL, "");
  if (npm_fails)
    return refuses(
        1, "npm error code ECONNREFUSED\nnpm error network request to https://registry.test failed\n");
  for (const char* name : {"/package.json", "/package-lock.json"})
    if (host.files.find(command.directory + name) == nullptr) return refuses(1, "npm error code EUSAGE\n");
  const FileMode mine{0644, user.uid, user.gid};
  const FileMode program{0755, user.uid, user.gid};
  const auto root = command.directory + package;
  for (const auto& directory : {command.directory + "/node_modules", root, root + "/dist", root + "/scripts"})
    host.files.put_directory(directory, program);
  host.files.put(root + "/package.json", "{}", mine);
  host.files.put(root + "/dist/index.js", "// the gateway", mine);
  host.files.put(root + "/scripts/postinstall-bundled-plugins.mjs", "// completes the tree", mine);
  host.files.put(root + "/openclaw.mjs", "#!/usr/bin/env node", program);
  host.files.put(root + pending, "", mine);
  return says("added 330 packages in 30s\n");
}

Result<Completed> OpenClaw::postinstall(FakeHost& host, const Command& command) const {
  if (!runnable(host.files, command.argv.front())) return fail(Errc::not_found, "run node: no such program");
  if (host.files.find(command.directory + "/" + command.argv.at(1)) == nullptr)
    return refuses(1, "Error: Cannot find module\n");
  if (!incomplete) host.files.erase(command.directory + pending);
  return says("");
}

Result<Completed> OpenClaw::command_line(FakeHost& host, const Command& command) {
  // The command executes the version in use.
  const std::string program = "/opt/openclaw/current/node_modules/openclaw/openclaw.mjs";
  if (!runnable(host.files, command.argv.front()))
    return fail(Errc::not_found, "run openclaw: no such program");
  if (!runnable(host.files, program)) return refuses(127, "openclaw: " + program + ": not found\n");
  if (command.argv.at(1) == "acp") {
    if (!is_up(host)) return refuses(1, "gateway connect failed: connect ECONNREFUSED 127.0.0.1\n");
    paired = true;
    return says(command.hold_input_until + "{}}\n");
  }
  const auto* config = host.files.find(command.env.at("OPENCLAW_CONFIG_PATH"));
  if (config == nullptr || json::parse(config->content, nullptr, false).is_discarded() ||
      (!config_issue.empty() && is_bad(resolve(host.files, program)))) {
    const json answer = {{"valid", false},
                         {"issues", {{{"path", "gateway.port"}, {"message", config_issue}}}}};
    return Completed{1, false, answer.dump(), ""};
  }
  return says(R"({"valid":true})");
}

Result<HttpResponse> OpenClaw::readyz(const FakeHost& host) const {
  if (!is_up(host)) return fail(Errc::unavailable, "connect to 127.0.0.1: Connection refused");
  if (!failing.empty() && is_bad(host.units.at({user_, unit}).exec_start.at(2)))
    return HttpResponse{503, json{{"ready", false}, {"failing", {failing}}}.dump()};
  if (has_bad_token_) return HttpResponse{503, R"({"ready":false,"failing":["token"]})"};
  if (host.now() < ready_at_) return HttpResponse{503, R"({"ready":false,"failing":["startup"]})"};
  return HttpResponse{200, R"({"ready":true,"failing":[]})"};
}

Status OpenClaw::start(FakeHost& host, UnitState& state) {
  if (when_started) when_started();
  const User& user = host.users.at(user_);
  const auto* env = host.files.find(user.home + "/.openclaw/.env");
  auto* config = host.files.find(user.home + "/.openclaw/openclaw.json");
  auto settings = config == nullptr ? json() : json::parse(config->content, nullptr, false);
  if (env == nullptr || env->content.find("OPENCLAW_GATEWAY_TOKEN=") == std::string::npos ||
      !settings.is_object()) {
    state.active_state = "failed";
    state.result = "assert";
    return fail(Errc::failed, "{}: assert", unit);
  }
  AGENT_TRY(run_program(host, state));
  has_bad_token_ = !bad_token.empty() && env->content.find(bad_token) != std::string::npos;
  if (crashes && is_bad(state.exec_start.at(2))) {
    state.active_state = "failed";
    state.result = "exit-code";
    state.restarts = 10;
    return {};
  }
  settings["meta"]["lastTouchedAt"] = "2026-11-01T00:00:00Z";  // OpenClaw also writes to the file
  config->content = settings.dump(2);
  host.files.put_directory(user.home + "/.openclaw/state", {0700, user.uid, user.gid});
  host.files.put(user.home + "/.openclaw/state/openclaw.sqlite", "SQLite", {0600, user.uid, user.gid});
  const bool loopback = settings["gateway"].value("bind", "") == "loopback" && !listens_everywhere;
  host.files.put("/proc/net/tcp", sockets(loopback ? "0100007F" : "00000000", port_, user.uid));
  ready_at_ = host.now() + start_to_ready;
  if (dies_at_start) state.active_state = "activating";
  return {};
}

void OpenClaw::attach(FakeHost& host, const Profile& profile) {
  user_ = profile.user;
  version_ = profile.openclaw.version;
  port_ = profile.gateway.port;
  host.files.put("/proc/net/tcp", sockets("", 0, 0));
  host.files.put("/proc/net/tcp6", sockets("", 0, 0));
  const auto node_bin = "/opt/node/" + profile.node.version + "/bin";
  const auto on_run = [&](const std::string& program, auto runs) {
    host.on_run(program, [this, runs](FakeHost& on, const Command& command) -> Result<Completed> {
      if (!command.user || command.user->uid == 0) when_run_as_root(command.argv.front());
      return runs(on, command);
    });
  };
  on_run(node_bin + "/npm", [this](FakeHost& on, const Command& c) { return npm(on, c); });
  on_run(node_bin + "/node", [this](FakeHost& on, const Command& c) { return postinstall(on, c); });
  on_run("/usr/local/bin/openclaw", [this](FakeHost& on, const Command& c) { return command_line(on, c); });
  on_run("/usr/local/bin/node", [this](FakeHost&, const Command&) -> Result<Completed> {
    paired = false;
    ++forgot_devices;
    return says("");
  });
  host.on_query("/usr/local/bin/node",
                [this](const FakeHost& on, const Command& command) -> Result<Completed> {
                  if (!command.user || command.user->uid == 0) when_run_as_root(command.argv.front());
                  if (!runnable(on.files, command.argv.front()))
                    return fail(Errc::not_found, "run node: no such program");
                  return paired ? says("") : refuses(1, "");
                });
  host.on_http(fmt::format("http://127.0.0.1:{}/readyz", port_),
               [this](const FakeHost& on, const HttpGet&) { return readyz(on); });
  host.on_start(unit, [this](FakeHost& on, UnitState& state) { return start(on, state); });
}

}  // namespace agent::world
