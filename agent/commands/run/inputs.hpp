// SPDX-License-Identifier: Apache-2.0
// What a run is told: profile and secrets, from the command line or from where an earlier run put them.
#pragma once

#include "base/result.hpp"
#include "cli/options.hpp"
#include "ports/host.hpp"
#include "profile/profile.hpp"

namespace agent {

struct GivenProfile {
  Profile profile;     // validated, overrides on top of the built-in default
  std::string text;    // the overrides
  bool given = false;  // by --profile; else it is the installed one, or none
};

// Errc::invalid lists every error of the file.
[[nodiscard]] Result<GivenProfile> read_profile(const std::string& path);

// What is built in, without an owner's overrides.
[[nodiscard]] GivenProfile built_in_profile();

// From --secrets: a file, "-" for stdin, or none. A file of zeros gives none. Nothing is changed.
[[nodiscard]] Result<Secrets> read_given_secrets(const std::string& path);

// What an earlier run has not consumed yet; empty when there is no such file, or one that holds no secrets
// (any more): the seal says so and destroys it.
[[nodiscard]] Result<Secrets> read_kept_secrets(const Probe& probe);

// Puts profile and secrets where the worker finds them: /etc/bootstrap-agent/profile.yaml, and one 0600 file.
// A secret that is given replaces the kept one.
[[nodiscard]] Status install_inputs(Host& host, const GivenProfile& profile, Secrets given);

// Whether cloud-init is at its work in this boot: its last stage leaves result.json, and where it is disabled
// its generator says so.
[[nodiscard]] bool cloud_init_works(const Probe& probe);

// The directories of the agent's own: state, stamps, work, run. Safe to repeat.
[[nodiscard]] Status make_own_directories(Host& host);

}  // namespace agent
