// SPDX-License-Identifier: Apache-2.0
// How a machine looks from outside, for laws that compare two machines.
#pragma once

#include <map>
#include <string>

#include "support/world.hpp"

namespace agent::laws {

// Every path with its type, mode and owner. Not the contents: times and random values differ between two good
// machines. Not /proc, which belongs to the kernel.
inline std::map<std::string, std::string> traces(const FakeHost& host) {
  std::map<std::string, std::string> found;
  for (const auto& [path, node] : host.files.all())
    if (!path.starts_with("/proc"))
      found[path] =
          fmt::format("{} {:04o} {}:{}", static_cast<int>(node.type), node.mode, node.uid, node.gid);
  return found;
}

// The differences of the second machine, in words; empty when both look the same.
inline std::string difference(const std::map<std::string, std::string>& wanted,
                              const std::map<std::string, std::string>& seen) {
  std::string text;
  for (const auto& [path, look] : seen)
    if (const auto at = wanted.find(path); at == wanted.end() || at->second != look)
      text += "\n  has " + path + " " + look;
  for (const auto& [path, look] : wanted)
    if (!seen.contains(path)) text += "\n  lacks " + path + " " + look;
  return text;
}

inline std::string in_words(const std::vector<std::string>& lines) {
  return fmt::format("{}", fmt::join(lines, "\n"));
}

// Where secrets may be when everything is done: the gateway reads its own at every start, and a failed run
// reads the webhook's URL.
inline const std::vector<std::string> the_only_places = {"/home/ubuntu/.openclaw/.env",
                                                         "/var/lib/bootstrap-agent/webhook-url"};

// An undisturbed server. Every disturbed one must look the same in the end.
struct Reference {
  std::map<std::string, std::string> traces;
  std::size_t changes = 0;
};
inline const Reference& reference() {
  static const Reference made = [] {
    world::World world;
    (void)world.enforce();
    return Reference{laws::traces(world.host), world.host.mutations()};
  }();
  return made;
}

}  // namespace agent::laws
