// SPDX-License-Identifier: Apache-2.0
#include "resources/seal/receipt.hpp"

#include <algorithm>
#include <sstream>
#include <string>

#include "base/json.hpp"
#include "base/utc.hpp"
#include "core/paths.hpp"

namespace agent {
namespace {

// proc_swaps(5): a heading, then one line for each swap area.
bool swap_in_use(const Probe& probe) {
  const auto swaps = probe.read_file("/proc/swaps");
  return swaps && std::count(swaps->begin(), swaps->end(), '\n') > 1;
}

// ext4(5), data=journal: new contents of a block are written to the journal first, and may stay there. Where
// tune2fs(8) has made this the default, /proc/mounts does not show it.
bool contents_are_journalled(const Probe& probe) {
  const auto mounts = probe.read_file("/proc/mounts");
  std::istringstream lines(mounts ? *mounts : "");
  bool journalled = false;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream fields(line);
    std::string device, place, type, options;
    fields >> device >> place >> type >> options;
    if (place != "/") continue;  // the last mount hides the earlier ones
    const auto all = probe.read_file("/proc/fs/ext4/" + device.substr(device.rfind('/') + 1) + "/options");
    if (all) options += *all;
    journalled = options.find("data=journal") != std::string::npos;
  }
  return journalled;
}

Json not_promised(const Probe& probe, const Sealed& sealed) {
  Json out = {"snapshots and backups that were taken before",
              "what flash storage keeps of blocks that it has remapped",
              "the metadata service still gives user-data to root: only a rebuilt server has new user-data",
              "rotated logs that are compressed, and files that were removed but are still open"};
  const auto& fs = sealed.free_space.file_system;
  if (fs != "ext4" && fs != "xfs")
    out.push_back(fmt::format("that overwriting a file reaches its old blocks, on the file system {}", fs));
  if (contents_are_journalled(probe))
    out.push_back("what the file system holds in its journal: data=journal puts contents there");
  if (!sealed.free_space.bytes)
    out.push_back(
        "free space: files that were shortened or replaced before the seal may have left copies, and this "
        "disk does not support trim");
  else
    out.push_back(
        "that the device returns zeros for what was trimmed: it was told to trim, but does not confirm it");
  if (!sealed.journal_rotated)
    out.push_back(
        "blocks that the open journal owns and has not written: journald was not asked to rotate, or failed");
  if (swap_in_use(probe)) out.push_back("swap: the agent locks its own memory, other programs do not");
  return out;
}

constexpr std::size_t most_named = 500;  // every user may make any number of files in /tmp

Json described(const Probe& probe, const Sealed& sealed) {
  Json destroyed = Json::array();
  for (const auto& copy : sealed.destroyed) {
    if (destroyed.size() == most_named) {
      destroyed.push_back({{"path", fmt::format("and {} more", sealed.destroyed.size() - most_named)}});
      break;
    }
    destroyed.push_back({{"path", copy.path},
                         {"copies", copy.copies},
                         {"how", copy.destroy ? "overwritten, removed" : "the copies overwritten"}});
    if (!copy.held_by.empty()) destroyed.back()["held_open_by"] = copy.held_by;
  }
  Json not_searched = sealed.skipped;
  if (const auto count = not_searched.size(); count > most_named) {
    not_searched.get_ref<Json::array_t&>().resize(most_named);
    not_searched.push_back(fmt::format("and {} more", count - most_named));
  }
  Json space = {{"file_system", sealed.free_space.file_system}, {"trimmed_bytes", nullptr}};
  if (sealed.free_space.bytes) space["trimmed_bytes"] = *sealed.free_space.bytes;
  return {{"sealed_at", utc(probe.wall_clock())},
          {"searched", searched_places(probe)},
          {"searched_for",
           {"the values", "base64", "URL-encoded", "JSON-escaped", "tskey-…", "sk-ant-…",
            "base64 and gzip in user-data"}},
          {"not_searched", not_searched},
          {"destroyed", destroyed},
          {"verified", "searched again after that: nothing was found"},
          {"free_space", space},
          {"not_promised", not_promised(probe, sealed)}};
}

}  // namespace

constexpr std::size_t largest = 64U << 20U;

std::string receipt_text(const Probe& probe, const Sealed& sealed) {
  const Json now = described(probe, sealed);
  const auto old = probe.read_file(paths::receipt, largest);
  const auto earlier = old ? Json::parse(*old, nullptr, false) : Json();
  const bool known = earlier.is_object() && earlier.contains("first_boot");
  const Json receipt = {{"schema", 2}, {"first_boot", known ? earlier["first_boot"] : now}, {"latest", now}};
  return receipt.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string summary(const Sealed& sealed) {
  std::size_t copies = 0;
  for (const auto& copy : sealed.destroyed) copies += copy.copies;
  auto text =
      fmt::format("destroyed {} copies in {} files, and found none after that; free space {}", copies,
                  sealed.destroyed.size(), sealed.free_space.bytes ? "was trimmed" : "could not be trimmed");
  if (!sealed.skipped.empty())
    text += fmt::format("; {} files or directories could not be searched", sealed.skipped.size());
  return text;
}

}  // namespace agent
