// SPDX-License-Identifier: Apache-2.0
#include "resources/common/downloaded_program.hpp"

namespace agent {

std::string expand_url(std::string url, std::string_view version, std::string_view arch) {
  replace_all(url, "{version}", version);
  replace_all(url, "{arch}", arch);
  return url;
}

DownloadedProgram::DownloadedProgram(std::string name, Artifact artifact, PinnedDownload download,
                                     ArchNames arch_names, const Profile::Limits& limits)
    : ResourceOf({std::move(name), {"resolver"}, {}}),
      artifact_(std::move(artifact)),
      download_(std::move(download)),
      arch_names_(std::move(arch_names)),
      limits_(limits) {}

Result<Artifact::State> DownloadedProgram::look(const Probe& probe) const { return artifact_.look(probe); }

Observation DownloadedProgram::describe(const Artifact::State& state) const {
  Observation seen;
  artifact_.describe(state, seen);
  return seen;
}

Status DownloadedProgram::fetch_into(Host& host, const std::string& directory) const {
  const auto arch = host.architecture();
  const auto hash = download_.sha256.find(arch);
  const auto arch_name = arch_names_.find(arch);
  if (hash == download_.sha256.end() || hash->second.empty() || arch_name == arch_names_.end())
    return fail(Errc::invalid,
                "no sha256 for this machine's architecture ({}): add it to the profile's download.sha256",
                arch);
  constexpr std::uint64_t mib = 1U << 20U;
  AGENT_TRY_ASSIGN(auto archive,
                   host.fetch({expand_url(download_.url, artifact_.version(), arch_name->second),
                               hash->second, limits_.download_mib * mib, limits_.download_timeout}));
  return with_context(host.unpack(archive, directory, {limits_.unpacked_mib * mib, limits_.unpacked_entries}),
                      directory);
}

Status DownloadedProgram::apply(Host& host, const Artifact::State& state) {
  return artifact_.install(
      host, state, [this](Host& on, const std::string& directory) { return fetch_into(on, directory); });
}

}  // namespace agent
