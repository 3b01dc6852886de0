#include "resources/secret_places.hpp"

#include "base/redact.hpp"
#include "base/secret.hpp"
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

Result<bool> holds_secret(const Probe& probe, const std::string& path) {
  auto info = probe.stat(path);
  if (!info) return pass(std::move(info));
  if (!*info || (*info)->type != FileType::regular) return false;
  auto text = probe.read_file(path, largest);
  if (!text) return pass(std::move(text), path);
  const bool found = redact(*text) != *text;
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
    auto found = holds_secret(probe, path);
    if (!found) return pass(std::move(found));
    if (*found) copies.push_back({path, false});
  }
  for (const auto& path : logs) {
    auto found = holds_secret(probe, path);
    if (!found) return pass(std::move(found));
    if (*found) copies.push_back({path, true});
  }
  return copies;
}

}  // namespace agent
