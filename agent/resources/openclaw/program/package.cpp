// SPDX-License-Identifier: Apache-2.0
#include "resources/openclaw/program/package.hpp"

#include <sstream>

#include "base/json.hpp"
#include "core/paths.hpp"
#include "embedded.hpp"
#include "ports/run_checked.hpp"
#include "resources/common/downloaded_program.hpp"
#include "resources/common/users.hpp"
#include "resources/openclaw/program/nodejs.hpp"
#include "resources/openclaw/program/snapshot.hpp"
#include "secrets/redact.hpp"

namespace agent {
namespace {

const std::string program = "node_modules/openclaw";
const std::string build_home = "/opt/openclaw/.build-home";

// Makes the package.json for a lock. npm ci needs both, and the lock's first entry has the same contents.
Result<std::string> package_json(const std::string& lock, const std::string& version) {
  try {
    const auto parsed = Json::parse(lock);
    const auto& root = parsed.at("packages").at("");
    const auto locked = root.at("dependencies").at("openclaw").get<std::string>();
    if (locked != version)
      return fail(
          Errc::invalid,
          "the lock is for openclaw {}, the profile says {}: change openclaw.version or openclaw.lock",
          locked, version);
    Json package = {{"name", parsed.value("name", "openclaw-tree")},
                    {"private", true},
                    {"dependencies", root["dependencies"]}};
    if (root.contains("version")) package["version"] = root["version"];
    return package.dump();
  } catch (const Json::exception& error) {
    return fail(Errc::invalid,
                "openclaw.lock gave a file that is not a package-lock.json with openclaw in it ({})",
                error.what());
  }
}

Status complete(const Probe& probe, const std::string& tree) {
  AGENT_TRY_ASSIGN(const bool pending, probe.exists(tree + "/" + program + "/.openclaw-lifecycle-pending"));
  AGENT_TRY_ASSIGN(const bool main, probe.exists(tree + "/" + program + "/dist/index.js"));
  if (pending || !main) return fail(Errc::failed, "npm made an incomplete tree of openclaw: run again");
  return {};
}

// The reason of the failure, in one line. npm marks its error lines; the last one only names its log, which
// is removed with the build's home.
std::string reason(const Command& command, const Completed& done) {
  constexpr std::string_view mark = "npm error ";
  constexpr std::size_t longest = 400;
  std::istringstream lines(done.err);
  std::string found;
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(mark) && line.find("A complete log of this run") == std::string::npos)
      found += (found.empty() ? "" : "; ") + line.substr(mark.size());
  if (found.empty()) return failure_text(command, done);
  return fmt::format("exit {}: {}", done.exit_code, redact(found).substr(0, longest));
}

}  // namespace

Artifact openclaw_artifact(const Profile& profile) { return {"openclaw", profile.openclaw.version, {}}; }

OpenclawPackage::OpenclawPackage(const Profile& profile)
    : ResourceOf({"openclaw/package", {"node", "openclaw/builder"}, {snapshot_token}}),
      user_(profile.user),
      artifact_(openclaw_artifact(profile)),
      wanted_(profile.openclaw),
      limits_(profile.limits),
      node_bin_(nodejs_artifact(profile).directory() + "/bin") {}

Result<Artifact::State> OpenclawPackage::look(const Probe& probe) const { return artifact_.look(probe); }

Observation OpenclawPackage::describe(const Artifact::State& state) const {
  Observation seen;
  artifact_.describe(state, seen);
  return seen;
}

Status OpenclawPackage::run(Host& host, std::vector<std::string> argv, const std::string& directory,
                            const User& builder) const {
  Command command;
  command.argv = std::move(argv);
  // Nothing is inherited: no npmrc, the system's CA bundle, and caches that are removed with the home.
  command.env = {{"PATH", node_bin_ + ":/usr/bin:/bin"},
                 {"HOME", build_home},
                 {"TMPDIR", build_home},
                 {"LANG", "C.UTF-8"},
                 {"npm_config_registry", wanted_.registry},
                 {"npm_config_cafile", paths::ca_bundle},
                 {"npm_config_cache", build_home + "/cache"},
                 {"npm_config_globalconfig", build_home + "/none"},
                 {"npm_config_update_notifier", "false"}};
  command.user = builder;
  command.directory = directory;
  command.timeout = wanted_.install_timeout;
  command.log_output = true;
  AGENT_TRY_ASSIGN(const auto done, host.run(command));
  if (done.timed_out)
    return fail(Errc::timed_out, "{} did not end within {} s (openclaw.install_timeout)",
                command.argv.front(), wanted_.install_timeout.count());
  if (done.exit_code == 137)  // 128 + SIGKILL; only the kernel sends it
    return fail(
        Errc::failed,
        "killed, most likely by the kernel because memory ran out (`journalctl -k` shows it): give the "
        "server more memory or swap, then run again");
  if (!done.ok()) return fail(Errc::failed, "{}", reason(command, done));
  return {};
}

Result<std::string> OpenclawPackage::lock(Host& host) const {
  if (wanted_.lock.url.empty()) return std::string(embedded::package_lock_json);
  constexpr std::size_t largest = 16U << 20U;
  AGENT_TRY_ASSIGN(auto fetched, host.fetch({expand_url(wanted_.lock.url, wanted_.version, ""),
                                             wanted_.lock.sha256, largest, limits_.download_timeout}));
  return host.contents(fetched, largest);
}

Status OpenclawPackage::make_tree(Host& host, const std::string& directory) const {
  AGENT_TRY_ASSIGN(auto builder, host.find_user(build_account));
  if (!builder) return fail(Errc::not_found, "the account {} is gone", build_account);
  const User& user = *builder;
  AGENT_TRY_ASSIGN(auto text, lock(host));
  AGENT_TRY_ASSIGN(auto package, package_json(text, wanted_.version));

  AGENT_TRY(host.remove_tree(build_home));
  AGENT_TRY(host.make_directory(build_home, {0700, user.uid, user.gid}));
  AGENT_TRY(host.make_directory(directory, {0755, user.uid, user.gid}));
  AGENT_TRY(host.write_file(directory + "/package.json", package, {0644, user.uid, user.gid}));
  AGENT_TRY(host.write_file(directory + "/package-lock.json", text, {0644, user.uid, user.gid}));
  // Lifecycle scripts are off. So of 330 packages only one script runs here: OpenClaw's own, which completes
  // its tree.
  AGENT_TRY(with_context(run(host,
                             {node_bin_ + "/npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund",
                              "--no-progress", "--loglevel=warn"},
                             directory, user),
                         fmt::format("npm ci from {}", wanted_.registry)));
  AGENT_TRY(with_context(run(host, {node_bin_ + "/node", "scripts/postinstall-bundled-plugins.mjs"},
                             directory + "/" + program, user),
                         "openclaw's postinstall-bundled-plugins.mjs"));
  return complete(host, directory);
}

Status OpenclawPackage::apply(Host& host, const Artifact::State& state) {
  if (!artifact_.is_current(state)) AGENT_TRY(keep_snapshot(host, artifact_, user_));
  return artifact_.install(host, state, [this](Host& on, const std::string& directory) {
    auto made = make_tree(on, directory);
    auto cleaned = on.remove_tree(build_home);  // npm's cache has a third of the tree's size
    return made ? cleaned : made;
  });
}

}  // namespace agent
