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

const char* shown(State::File file) {
  switch (file) {
    case State::File::absent:
      return "absent";
    case State::File::link:
      return "a link, which root can run, too";
    case State::File::changed:
      return "changed";
    case State::File::as_made:
      break;
  }
  return "as made";
}

}  // namespace

OpenclawCommand::OpenclawCommand(const std::string& user)
    : ResourceOf({"openclaw/command", {"openclaw/package"}, {}}), content_(render(user)) {}

Result<State> OpenclawCommand::look(const Probe& probe) const {
  State state;
  AGENT_TRY_ASSIGN(const auto info, probe.stat(openclaw::command));
  if (!info) return state;
  state.file = State::File::changed;
  if (info->type == FileType::symlink) state.file = State::File::link;
  if (info->type != FileType::regular) return state;
  state.mode = info->mode;
  const auto text = probe.read_file(openclaw::command);
  if (text && *text == content_) state.file = State::File::as_made;
  return state;
}

Observation OpenclawCommand::describe(const State& state) const {
  Observation seen;
  seen.expect(openclaw::command, shown(state.file), "as made");
  seen.expect("mode", fmt::format("{:04o}", state.mode), "0755");
  return seen;
}

Status OpenclawCommand::apply(Host& host, const State& state) {
  if (state.file == State::File::as_made && state.mode == 0755) return {};
  return host.write_file(openclaw::command, content_, {0755});
}

}  // namespace agent
