// SPDX-License-Identifier: Apache-2.0
#include "commands/run/inputs.hpp"

#include "cli/input_file.hpp"
#include "core/paths.hpp"
#include "embedded.hpp"
#include "profile/load.hpp"
#include "profile/secret_table.hpp"
#include "resources/common/secure_replace.hpp"

namespace agent {

Result<GivenProfile> read_profile(const std::string& path) {
  GivenProfile read;
  read.given = !path.empty();
  const auto& from = read.given ? path : paths::profile;
  auto text = read_input_file(from, InputKind::profile);
  if (!text && (read.given || text.error().code != Errc::not_found)) return pass(std::move(text));
  if (text) read.text = std::move(*text);
  AGENT_TRY_ASSIGN(auto profile, load_profile(embedded::default_yaml, read.text, from));
  read.profile = std::move(profile);
  return read;
}

GivenProfile built_in_profile() {
  return {load_profile(embedded::default_yaml, "", "the built-in profile").value(), {}, false};
}

Result<Secrets> read_given_secrets(const std::string& path) {
  if (path.empty()) return Secrets();
  AGENT_TRY_ASSIGN(auto&& text, path == "-" ? read_stdin() : read_input_file(path, InputKind::secrets));
  if (text.starts_with('\0'))
    return Secrets();  // a first boot was interrupted while it destroyed this file: it has the secrets
                       // already
  auto secrets = load_secrets(text, path == "-" ? "stdin" : path);
  wipe(text);
  return secrets;
}

Result<Secrets> read_kept_secrets(const Probe& probe) {
  auto text = read_secure(probe, paths::secrets);
  if (!text && text.error().code == Errc::not_found) return Secrets();
  if (!text) return pass(std::move(text));
  auto secrets = load_secrets(*text, paths::secrets);
  wipe(*text);
  if (!secrets) return Secrets();
  return secrets;
}

Status install_inputs(Host& host, const GivenProfile& profile, Secrets given) {
  if (profile.given) {
    AGENT_TRY(host.make_directory(paths::configuration, {0755}));
    AGENT_TRY(host.write_file(paths::profile, profile.text, {0644}));
  }
  if (given.empty()) return {};
  AGENT_TRY(settle_secure_replace(host, paths::secrets));
  AGENT_TRY_ASSIGN(auto kept, read_kept_secrets(host));
  merge(given, std::move(kept));
  auto text = dump_secrets(given);
  const auto written = secure_replace(host, paths::secrets, text, {0600});
  wipe(text);
  return written;
}

bool cloud_init_works(const Probe& probe) {
  const auto there = [&probe](const std::string& path) { return probe.exists(path).value_or(false); };
  return there("/run/cloud-init") && !there("/run/cloud-init/result.json") &&
         !there("/run/cloud-init/disabled");
}

Status make_own_directories(Host& host) {
  AGENT_TRY(host.make_directory(paths::state, {0755}));
  AGENT_TRY(host.make_directory(paths::stamps, {0755}));
  AGENT_TRY(host.make_directory(paths::work, {0700}));
  AGENT_TRY(host.make_directory(paths::run, {0755}));
  return host.make_directory(paths::run_private, {0700});
}

}  // namespace agent
