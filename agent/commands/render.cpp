// SPDX-License-Identifier: Apache-2.0
#include <cerrno>
#include <cstdio>
#include <system_error>

#include "cli/input_file.hpp"
#include "cli/user_data.hpp"
#include "commands/commands.hpp"
#include "commands/run/inputs.hpp"
#include "profile/load.hpp"

namespace agent {
namespace {

Result<AgentSource> agent_source(const Options& options) {
  if (options.sums.empty()) return AgentSource::pinned(options.agent_url, options.agent_sha256);
  const bool from_stdin = options.sums == "-";
  AGENT_TRY_ASSIGN(auto sums, from_stdin ? read_stdin() : read_input_file(options.sums, InputKind::profile));
  return AgentSource::in_sums(options.agent_url, sums, from_stdin ? "stdin" : options.sums);
}

// When the disk is full, a part of the script must not look like a success.
Status print(std::string_view text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0) return {};
  return fail(Errc::failed, "standard output: {}", std::generic_category().message(errno));
}

}  // namespace

int render_command(const Options& options) {
  auto agent = agent_source(options);
  // Never the profile installed here: the script is for another machine.
  auto profile = options.profile.empty() ? GivenProfile() : read_profile(options.profile);
  auto secrets = read_given_secrets(options.secrets);
  if (!agent) complain(agent.error(), exit_usage);
  if (!profile) complain(profile.error(), exit_usage);
  if (!secrets) complain(secrets.error(), exit_usage);
  if (!agent || !profile || !secrets) return exit_usage;
  if (auto fits = check_fit(profile->profile, *secrets); !fits) return complain(fits.error(), exit_usage);

  UserData from{std::move(*agent), std::move(profile->text), dump_secrets(*secrets)};
  auto script = render_user_data(from);
  wipe(from.secrets);
  if (!script) return complain(script.error(), exit_usage);
  const auto printed = print(*script);
  wipe(*script);
  return printed ? exit_ok : complain(printed.error(), exit_failed);
}

}  // namespace agent
