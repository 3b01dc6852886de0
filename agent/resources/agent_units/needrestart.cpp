// SPDX-License-Identifier: Apache-2.0
#include "resources/agent_units/needrestart.hpp"

#include "embedded.hpp"

namespace agent {
namespace {

// needrestart 3.6 reads every *.conf in it, after /etc/needrestart/needrestart.conf.
const std::string directory = "/etc/needrestart/conf.d";
const std::string file = directory + "/bootstrap-agent.conf";

}  // namespace

Result<NeedrestartState> Needrestart::look(const Probe& probe) const {
  NeedrestartState state;
  AGENT_TRY_ASSIGN(state.is_installed, probe.exists(directory));
  state.file = look_at_own_file(probe, file, embedded::needrestart_conf);
  return state;
}

Observation Needrestart::describe(const NeedrestartState& state) const {
  Observation seen;
  if (state.is_installed) describe_own_file(state.file, file, "as made", seen);
  return seen;
}

Status Needrestart::apply(Host& host, const NeedrestartState& state) {
  if (!state.is_installed || state.file == OwnFile::as_made) return {};
  return host.write_file(file, embedded::needrestart_conf, {0644});
}

}  // namespace agent
