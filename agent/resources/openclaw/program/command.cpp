// SPDX-License-Identifier: Apache-2.0
#include "resources/openclaw/program/command.hpp"

#include "embedded.hpp"
#include "resources/common/artifact.hpp"
#include "resources/common/openclaw_files.hpp"

namespace agent {
namespace {

using State = OpenclawCommandState;

std::string render(const std::string& user) {
  std::string text(embedded::openclaw_sh);
  replace_all(text, "@USER@", user);
  return text;
}

}  // namespace

OpenclawCommand::OpenclawCommand(const std::string& user)
    : ResourceOf({"openclaw/command", {"openclaw/package"}, {}}), content_(render(user)) {}

Result<State> OpenclawCommand::look(const Probe& probe) const {
  State state;
  state.file = look_at_own_file(probe, openclaw::command, content_);
  AGENT_TRY_ASSIGN(const auto info, probe.stat(openclaw::command));
  if (info && info->type != FileType::regular) state.file = OwnFile::changed;  // a link to the same text
  if (info && info->type == FileType::regular) state.mode = info->mode;
  return state;
}

Observation OpenclawCommand::describe(const State& state) const {
  Observation seen;
  describe_own_file(state.file, openclaw::command, "as made", seen);
  seen.expect("mode", fmt::format("{:04o}", state.mode), "0755");
  return seen;
}

Status OpenclawCommand::apply(Host& host, const State& state) {
  if (state.file == OwnFile::as_made && state.mode == 0755) return {};
  return host.write_file(openclaw::command, content_, {0755});
}

}  // namespace agent
