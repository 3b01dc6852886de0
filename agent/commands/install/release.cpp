// SPDX-License-Identifier: Apache-2.0
#include "commands/install/release.hpp"

#include <elf.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <optional>
#include <utility>

#include "core/paths.hpp"
#include "version.hpp"

namespace agent {
namespace {

constexpr std::size_t largest_binary = 64U << 20U;
using Version = std::array<unsigned, 3>;

// What scripts/release writes into the trusted comment: "bootstrap-agent version=0.2.0 arch=aarch64".
struct Label {
  std::string version;
  std::string architecture;
};

std::optional<Version> parse_version(std::string_view text) {
  Version version{};
  for (std::size_t i = 0; i < version.size(); ++i) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), version[i]);
    if (error != std::errc()) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    if (i + 1 == version.size()) break;
    if (!text.starts_with('.')) return std::nullopt;
    text.remove_prefix(1);
  }
  if (!text.empty()) return std::nullopt;
  return version;
}

// The first word distinguishes the agent's binary from other files that the same key signs. Unknown words,
// which a later release may add, are ignored.
std::optional<Label> parse_label(std::string_view comment) {
  Label label;
  bool first = true;
  while (!comment.empty()) {
    const auto word = comment.substr(0, comment.find(' '));
    comment.remove_prefix(std::min(word.size() + 1, comment.size()));
    if (std::exchange(first, false) && word != "bootstrap-agent") return std::nullopt;
    for (const auto& [mark, value] :
         {std::pair{std::string_view("version="), &label.version}, {"arch=", &label.architecture}}) {
      if (!word.starts_with(mark)) continue;
      if (!value->empty()) return std::nullopt;
      *value = word.substr(mark.size());
    }
  }
  if (label.architecture.empty() || !parse_version(label.version)) return std::nullopt;
  return label;
}

// Also a signed file can be the wrong one: a text, or the binary for the other architecture.
bool is_program_for(const std::string& architecture, std::string_view content) {
  Elf64_Ehdr header{};
  if (content.size() < sizeof header) return false;
  std::memcpy(&header, content.data(), sizeof header);
  const bool elf =
      std::memcmp(header.e_ident, ELFMAG, SELFMAG) == 0 && header.e_ident[EI_CLASS] == ELFCLASS64;
  const auto machine = architecture == "aarch64" ? EM_AARCH64 : EM_X86_64;
  return elf && (header.e_type == ET_DYN || header.e_type == ET_EXEC) && header.e_machine == machine;
}

}  // namespace

Result<std::string> check_release(const Probe& machine, const ReleaseFile& file, const SigningKey& key,
                                  bool allow_downgrade) {
  AGENT_TRY_ASSIGN(auto comment, with_context(trusted_comment(file.content, file.signature, key), file.name));
  const auto label = parse_label(comment);
  if (!label)
    return fail(Errc::refused,
                "{}: signed as '{}', which does not name bootstrap-agent with its version and architecture",
                file.name, comment);
  if (const auto here = machine.architecture(); label->architecture != here)
    return fail(Errc::refused, "{}: for {}; this machine is {}", file.name, label->architecture, here);
  if (!allow_downgrade && *parse_version(label->version) < parse_version(version::number))
    return fail(Errc::refused, "{}: {} is older than this agent, {}; --allow-downgrade allows it", file.name,
                label->version, version::number);
  if (!is_program_for(label->architecture, file.content))
    return fail(Errc::refused, "{}: signed, but not a program (ELF) for {}", file.name, label->architecture);
  return label->version;
}

Result<bool> replace_agent(Host& host, std::string_view content) {
  auto installed = host.read_file(paths::agent, largest_binary);
  if (!installed && installed.error().code != Errc::not_found) return pass(std::move(installed));
  if (installed && *installed == content) return false;
  if (installed) AGENT_TRY(host.write_file(paths::previous_agent, *installed, {0755}));
  AGENT_TRY(host.write_file(paths::agent, content, {0755}));
  return true;
}

}  // namespace agent
