// SPDX-License-Identifier: Apache-2.0
// A program that its makers publish as an archive for each architecture.
#pragma once

#include <map>

#include "core/resource.hpp"
#include "profile/profile.hpp"
#include "resources/common/artifact.hpp"

namespace agent {

// Fetches the archive of the version for this machine, checks its hash, unpacks it and puts it in use. Needs
// "resolver". `arch_names` translates uname(2)'s architecture into the one in the URL.
class DownloadedProgram : public ResourceOf<Artifact::State> {
 public:
  using ArchNames = std::map<std::string, std::string>;
  DownloadedProgram(std::string name, Artifact artifact, PinnedDownload download, ArchNames arch_names,
                    const Profile::Limits& limits);
  [[nodiscard]] Result<Artifact::State> look(const Probe& probe) const override;
  [[nodiscard]] Observation describe(const Artifact::State& state) const override;
  [[nodiscard]] Status apply(Host& host, const Artifact::State& state) override;

 private:
  [[nodiscard]] Status fetch_into(Host& host, const std::string& directory) const;

  Artifact artifact_;
  PinnedDownload download_;
  ArchNames arch_names_;
  Profile::Limits limits_;
};

// The URL with {version} and {arch} replaced.
[[nodiscard]] std::string expand_url(std::string url, std::string_view version, std::string_view arch);

}  // namespace agent
