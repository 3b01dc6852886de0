// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include "cli/input_file.hpp"
#include "commands/commands.hpp"
#include "commands/install/release.hpp"
#include "commands/run/inputs.hpp"
#include "commands/run/run_lock.hpp"
#include "core/paths.hpp"
#include "platform/real_host.hpp"
#include "version.hpp"

namespace agent {
namespace {

// The key decides what is trusted, so the key's file must be as safe as a profile.
Result<SigningKey> trusted_key(const std::string& path) {
  if (path.empty() && version::signing_key.empty())
    return fail(Errc::invalid, "this build has no signing key: give one with --signing-key");
  if (path.empty()) return parse_signing_key(version::signing_key);
  AGENT_TRY_ASSIGN(auto text, with_context(read_input_file(path, InputKind::profile), "--signing-key"));
  AGENT_TRY_ASSIGN(auto key, with_context(parse_signing_key(text), path));
  return key;
}

// Read once: what is checked is what is installed.
Result<ReleaseFile> read_release(const std::string& path) {
  AGENT_TRY_ASSIGN(auto content, with_context(read_input_file(path, InputKind::signed_file), "--install"));
  auto signature = read_input_file(path + ".minisig", InputKind::signed_file);
  if (!signature && signature.error().code == Errc::not_found)
    return fail(Errc::refused, "{}: not signed: {}.minisig is missing", path, path);
  if (!signature) return pass(std::move(signature), "--install");
  return ReleaseFile{path, std::move(content), std::move(*signature)};
}

}  // namespace

std::string built_in_key_id() {
  const auto key = parse_signing_key(version::signing_key);
  return key ? id_of(*key) : std::string();
}

int install_command(const Options& options) {
  if (const int refused = require_root(); refused != 0) return refused;
  ::umask(022);
  auto key = trusted_key(options.signing_key);
  auto file = read_release(options.install);
  if (!key) complain(key.error(), exit_usage);
  if (!file) complain(file.error(), exit_usage);
  if (!key || !file) return exit_usage;
  RealHost host({});
  auto version = check_release(host, *file, *key, options.allow_downgrade);
  if (!version) return complain(version.error(), exit_usage);

  if (auto made = make_own_directories(host); !made) return complain(made.error(), exit_failed);
  auto lock = RunLock::take(paths::lock);
  if (!lock) return complain(lock.error(), lock.error().code == Errc::unavailable ? exit_busy : exit_failed);
  auto replaced = replace_agent(host, file->content);
  if (!replaced) return complain(replaced.error(), exit_failed);
  if (*replaced)
    fmt::print(
        "{} is now bootstrap-agent {}; the previous one, if any, is {}. Run `bootstrap-agent --reconcile`: "
        "the new version may want this server in another state\n",
        paths::agent, *version, paths::previous_agent);
  else
    fmt::print("{} is already this bootstrap-agent {}\n", paths::agent, *version);
  return exit_ok;
}

}  // namespace agent
