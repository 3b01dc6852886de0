// SPDX-License-Identifier: Apache-2.0
// The verbs of tailscale(1) that change something.
#include <nlohmann/json.hpp>

#include "support/world_programs.hpp"
#include "support/world_tailnet.hpp"

namespace agent::world {
namespace {

using nlohmann::json;

Milliseconds seconds_of(const std::string& text) {
  return std::chrono::seconds(text.empty() ? 0 : std::stol(text));
}

}  // namespace

Completed Tailnet::register_node(FakeHost& host, const std::string& key, Milliseconds timeout) {
  if (control.silent || daemon.control_url != control.url) {
    daemon.trying = key;
    host.advance(timeout);
    return refuses(1,
                   "timeout waiting for Tailscale service to enter a Running state; check health with "
                   "\"tailscale status\"\n");
  }
  if (key != control.good_key || control.key_used) {
    daemon.trying = key;
    return refuses(1,
                   std::string("backend error: invalid key: ") +
                       (key == control.good_key ? "API key kCNTRL not valid\n" : "API key does not exist\n"));
  }
  control.key_used = true;
  if (control.needs_approval) {
    daemon.backend_state = "NeedsMachineAuth";
    host.advance(timeout);
    return refuses(
        1,
        "\nTo approve your machine, visit (as admin):\n\n\thttps://login.tailscale.com/admin/machines\n\n"
        "timeout waiting for Tailscale service to enter a Running state\n");
  }
  daemon.backend_state = "Running";
  return says("");
}

Completed Tailnet::up(FakeHost& host, const Command& command) {
  daemon.control_url = value_of(command.argv, "--login-server");
  daemon.hostname = value_of(command.argv, "--hostname");
  daemon.ssh = value_of(command.argv, "--ssh") == "true";
  const auto timeout = seconds_of(value_of(command.argv, "--timeout"));
  auto key = value_of(command.argv, "--auth-key");
  if (key.starts_with("file:")) {
    const auto text = host.read_file(key.substr(5), 4096);
    if (!text) return refuses(1, key + ": no such file\n");
    key = *text;
  }
  const bool known =
      daemon.backend_state == "Stopped" || joined() || daemon.backend_state == "NeedsMachineAuth";
  auto done = says("");
  if (!known || daemon.expired) done = register_node(host, key, timeout);
  if (known && !daemon.expired && daemon.backend_state != "NeedsMachineAuth")
    daemon.backend_state = "Running";
  if (known && daemon.backend_state == "NeedsMachineAuth") {
    if (!control.needs_approval) daemon.backend_state = "Running";
    if (control.needs_approval) {
      host.advance(timeout);
      done = refuses(1, "timeout waiting for Tailscale service to enter a Running state\n");
    }
  }
  if (joined()) {
    daemon.expired = daemon.expired && done.exit_code != 0;
    daemon.trying.clear();
    host.files.put(state_file, "{\"_machinekey\":\"\"}", {0600});
    daemon.settled_at = host.now();  // `up` waits for Running
    daemon.dns_name = daemon.hostname + (control.name_taken ? "-1" : "") + domain + ".";
  }
  return done;
}

Completed Tailnet::set(const Command& command) {
  daemon.hostname = value_of(command.argv, "--hostname");
  daemon.ssh = value_of(command.argv, "--ssh") == "true";
  daemon.auto_update = value_of(command.argv, "--auto-update") == "true";
  if (joined()) daemon.dns_name = daemon.hostname + (control.name_taken ? "-1" : "") + domain + ".";
  return says("");
}

// Without a node key it does nothing, and the current attempt continues until tailscaled is restarted (seen).
Completed Tailnet::logout() {
  daemon.backend_state = "NeedsLogin";
  daemon.dns_name.clear();
  daemon.serve = "{}";  // seen: a logout clears it
  return says("");
}

Completed Tailnet::serve(const Command& command) {
  if (has(command.argv, "reset")) {
    daemon.serve = "{}";
    return says("");
  }
  if (!control.serve_enabled) {
    auto done = says(
        "\nServe is not enabled on your tailnet.\nTo enable, visit:\n\n"
        "         https://login.tailscale.com/f/serve?node=nCNTRL\n");
    done.timed_out = control.serve_blocks;
    return done;
  }
  const auto name = daemon.dns_name.substr(0, daemon.dns_name.size() - 1);
  json config = {{"TCP", {{"443", {{"HTTPS", true}}}}}};
  config["Web"][name + ":443"]["Handlers"]["/"]["Proxy"] = "http://127.0.0.1:" + command.argv.back();
  daemon.serve = config.dump(2);
  return says("Available within your tailnet:\n\nhttps://" + name + "/\n");
}

}  // namespace agent::world
