// SPDX-License-Identifier: Apache-2.0
#include "resources/seal/secret_copies.hpp"

#include <algorithm>

#include "core/paths.hpp"
#include "profile/secret_table.hpp"
#include "resources/seal/base64.hpp"
#include "secrets/redact.hpp"
#include "secrets/secret.hpp"

namespace agent {
namespace {

struct Place {
  std::string path;
  unsigned depth;  // of directories
  bool destroy;
};

constexpr std::size_t largest = 64U << 20U;

// First the directories of cloud-init and of the agent, then other programs' logs (also journald's), dumps,
// temporary files and histories.
std::vector<Place> places(const Probe& probe) {
  std::vector<Place> all = {
      {"/var/lib/cloud", 8, true},
      {"/run/cloud-init", 4, true},
      {paths::run_private, 1, true},
      {"/var/log", 8, false},
      {"/run/log", 8, false},
      {"/tmp", 8, false},
      {"/var/tmp", 8, false},
      {"/root", 8, false},
      {"/var/crash", 4, false},
      {"/var/lib/apport", 4, false},
      {"/var/lib/systemd/coredump", 1, false},
      {"/var/spool", 8, false},
      {"/var/lib/tailscale", 2, false}};  // tailscaled's log has the command lines of Tailscale SSH
  auto homes = probe.list("/home");
  if (!homes) return all;
  for (const auto& name : *homes) {  // not the whole home: two secrets must stay below .openclaw/
    all.push_back({"/home/" + name, 1, false});
    all.push_back({"/home/" + name + "/.npm/_logs", 1, false});
  }
  return all;
}

void add_files(const Probe& probe, const std::string& directory, unsigned depth,
               std::vector<std::string>& files) {
  auto names = probe.list(directory);
  if (!names) return;  // not a directory
  for (const auto& name : *names) {
    const auto path = directory + "/" + name;
    auto info = probe.stat(path);
    if (!info || !*info) continue;
    if ((*info)->type == FileType::regular) files.push_back(path);
    if ((*info)->type == FileType::directory && depth > 1) add_files(probe, path, depth - 1, files);
  }
}

// A copy that find_secrets() does not see: it is encoded in multi-part user-data, it is compressed, or it was
// left by an interrupted wipe.
Result<std::optional<SecretCopy>> hidden_copy(const Probe& probe, const std::string& path) {
  constexpr std::string_view gzip = "\x1f\x8b\x08";
  auto text = probe.read_file(path, largest);
  if (!text && text.error().code == Errc::not_found) return std::nullopt;
  if (!text) return pass(std::move(text), path);
  const bool partial = text->starts_with('\0');
  const auto compressed = [&](std::string_view part) { return part.find(gzip) != std::string_view::npos; };
  const bool found =
      compressed(*text) || names_a_secret(*text) || any_base64(*text, [&](std::string_view decoded) {
        return compressed(decoded) || names_a_secret(decoded) || !secret_spans(decoded).empty();
      });
  wipe(*text);
  if (!partial && !found) return std::nullopt;
  return SecretCopy{path, found ? 1U : 0U, true, partial && !found};
}

// Temporary files of write_file. They may contain secrets, like the files that they were for.
void add_half_written(const Probe& probe, SecretCopies& copies) {
  auto names = probe.list(paths::state);
  if (!names) return;
  for (const auto& name : *names)
    if (name.starts_with(".") && name.ends_with(".bootstrap-agent-new"))
      copies.found.push_back({paths::state + "/" + name, 0, true, true});
}

bool known(const SecretCopies& copies, const std::string& path) {
  return std::any_of(copies.found.begin(), copies.found.end(),
                     [&](const auto& copy) { return copy.path == path; });
}

}  // namespace

std::vector<std::string> searched_places(const Probe& probe) {
  std::vector<std::string> out;
  for (const auto& place : places(probe)) out.push_back(place.path);
  return out;
}

Result<SecretCopies> find_secret_copies(const Probe& probe) {
  SecretCopies copies;
  for (const auto& place : places(probe)) {
    auto search = probe.find_secrets(place.path, place.depth);
    if (!search) {  // an error here must not stop the search elsewhere
      copies.skipped.push_back(search.error().message);
      continue;
    }
    for (const auto& file : search->found)
      if (file.path != paths::log) copies.found.push_back({file.path, file.copies, place.destroy, false});
    copies.skipped.insert(copies.skipped.end(), search->skipped.begin(), search->skipped.end());
  }
  std::vector<std::string> handed_over;
  for (const char* directory : {"/var/lib/cloud/instances", "/var/lib/cloud/seed", "/run/cloud-init"})
    add_files(probe, directory, 4, handed_over);
  for (const auto& path : handed_over) {
    if (known(copies, path)) continue;
    auto hidden = hidden_copy(probe, path);
    if (!hidden) copies.skipped.push_back(hidden.error().message);
    if (hidden && *hidden) copies.found.push_back(std::move(**hidden));
  }
  add_half_written(probe, copies);
  return copies;
}

}  // namespace agent
