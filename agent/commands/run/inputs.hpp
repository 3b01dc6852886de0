// SPDX-License-Identifier: Apache-2.0
// The input of a run: profile and secrets, from the command line or from the files of an earlier run.
#pragma once

#include "base/result.hpp"
#include "cli/options.hpp"
#include "ports/host.hpp"
#include "profile/profile.hpp"

namespace agent {

struct GivenProfile {
  Profile profile;     // validated, overrides on top of the built-in default
  std::string text;    // the overrides
  bool given = false;  // given with --profile; otherwise the installed one, or none
};

// Errc::invalid lists every error of the file.
[[nodiscard]] Result<GivenProfile> read_profile(const std::string& path);

// The built-in profile, without an owner's overrides.
[[nodiscard]] GivenProfile built_in_profile();

// From --secrets: a file, "-" for stdin, or none. A file that was already destroyed (zeros) gives none.
// Nothing is changed.
[[nodiscard]] Result<Secrets> read_given_secrets(const std::string& path);

// The secrets that no earlier run has consumed. Empty when there is no file, or when it is not a valid
// secrets file: the seal reports and destroys that one.
[[nodiscard]] Result<Secrets> read_kept_secrets(const Probe& probe);

// Writes profile and secrets to the files that the worker reads: /etc/bootstrap-agent/profile.yaml, and one
// 0600 file. A given secret replaces the kept one.
[[nodiscard]] Status install_inputs(Host& host, const GivenProfile& profile, Secrets given);

// Whether cloud-init is still running in this boot. Its last stage writes result.json; where it is disabled,
// its generator writes a file `disabled`.
[[nodiscard]] bool cloud_init_works(const Probe& probe);

// Makes the agent's own directories: state, stamps, work, run. Safe to repeat.
[[nodiscard]] Status make_own_directories(Host& host);

}  // namespace agent
