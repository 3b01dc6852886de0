#include "resources/secret_places.hpp"

#include "base/redact.hpp"
#include "base/secret.hpp"
#include "resources/base64.hpp"
#include "resources/paths.hpp"

namespace agent {
namespace {

const std::string instances = "/var/lib/cloud/instances";
const std::string seeds = "/var/lib/cloud/seed";
const std::vector<std::string> logs = {"/var/log/cloud-init.log", "/var/log/cloud-init-output.log"};
constexpr std::size_t largest = 64U << 20U;

void add_children(const Probe& probe, const std::string& directory, std::vector<std::string>& files) {
  auto names = probe.list(directory);
  if (!names) return;  // not a directory
  for (const auto& name : *names) files.push_back(directory + "/" + name);
}

// user-data.txt, user-data.txt.i, cloud-config.txt, obj.pkl, scripts/part-001, … of every instance, and the seeds.
std::vector<std::string> candidates(const Probe& probe) {
  std::vector<std::string> files = {paths::run_private + "/auth-key", "/run/cloud-init/combined-cloud-config.json",
                                    "/run/cloud-init/instance-data-sensitive.json"};
  for (const auto& root : {instances, seeds}) {
    std::vector<std::string> directories;
    add_children(probe, root, directories);
    for (const auto& directory : directories) {
      add_children(probe, directory, files);
      add_children(probe, directory + "/scripts", files);
    }
  }
  return files;
}

bool has_secret(std::string_view text) { return redact(text) != text; }

// Parts of multi-part user-data are in base64, and all of it may be compressed: what can't be looked into counts as a copy.
bool has_encoded_secret(std::string_view text) {
  constexpr std::string_view gzip = "\x1f\x8b\x08";
  return text.find(gzip) != std::string_view::npos || any_base64(text, has_secret);
}

// Of a log, which is another's and whose lines are text, only what stands there as it is.
Result<bool> holds_secret(const Probe& probe, const std::string& path, bool is_log) {
  auto info = probe.stat(path);
  if (!info) return pass(std::move(info));
  if (!*info || (*info)->type != FileType::regular) return false;
  auto text = probe.read_file(path, largest);
  if (!text) return pass(std::move(text), path);
  const bool found = has_secret(*text) || (!is_log && has_encoded_secret(*text));
  wipe(*text);
  return found;
}

}  // namespace

std::vector<std::string> secret_bearing_logs() { return logs; }

std::vector<std::string> searched_places() {
  std::vector<std::string> places = {instances + "/*", seeds + "/*", "/run/cloud-init", paths::run_private, paths::log, paths::secrets};
  places.insert(places.end(), logs.begin(), logs.end());
  return places;
}

Result<std::vector<SecretCopy>> find_secret_copies(const Probe& probe) {
  std::vector<SecretCopy> copies;
  for (const auto& path : candidates(probe)) {
    auto found = holds_secret(probe, path, false);
    if (!found) return pass(std::move(found));
    if (*found) copies.push_back({path, false});
  }
  for (const auto& path : logs) {
    auto found = holds_secret(probe, path, true);
    if (!found) return pass(std::move(found));
    if (*found) copies.push_back({path, true});
  }
  return copies;
}

}  // namespace agent
