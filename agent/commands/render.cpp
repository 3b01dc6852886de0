#include <cerrno>
#include <cstdio>
#include <system_error>

#include "cli/input_file.hpp"
#include "cli/user_data.hpp"
#include "commands/commands.hpp"
#include "commands/inputs.hpp"
#include "profile/load.hpp"

namespace agent {
namespace {

Result<AgentSource> agent_source(const Options& options) {
  if (options.sums.empty()) return AgentSource::pinned(options.agent_url, options.agent_sha256);
  auto sums = read_input_file(options.sums, InputKind::profile);
  if (!sums) return pass(std::move(sums));
  return AgentSource::in_sums(options.agent_url, *sums, options.sums);
}

}  // namespace

int render_command(const Options& options) {
  auto agent = agent_source(options);
  // Never the profile that is installed here: this is for another machine.
  auto profile = options.profile.empty() ? GivenProfile() : read_profile(options.profile);
  auto secrets = read_given_secrets(options.secrets);
  if (!agent) complain(agent.error(), exit_usage);
  if (!profile) complain(profile.error(), exit_usage);
  if (!secrets) complain(secrets.error(), exit_usage);
  if (!agent || !profile || !secrets) return exit_usage;

  UserData from{std::move(*agent), std::move(profile->text), dump_secrets(*secrets)};
  auto script = render_user_data(from);
  wipe(from.secrets);
  if (!script) return complain(script.error(), exit_usage);
  const bool complete = std::fwrite(script->data(), 1, script->size(), stdout) == script->size() && std::fflush(stdout) == 0;
  const int error = errno;
  wipe(*script);
  if (complete) return exit_ok;
  return complain({Errc::failed, "standard output: " + std::generic_category().message(error)}, exit_failed);
}

}  // namespace agent
