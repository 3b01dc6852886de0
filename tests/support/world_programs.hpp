// SPDX-License-Identifier: Apache-2.0
// Small helpers for all simulated programs.
#pragma once

#include <string>
#include <vector>

#include "support/fake_host.hpp"

namespace agent::world {

inline Completed says(std::string out) { return {0, false, std::move(out), ""}; }
inline Completed refuses(int exit_code, std::string err) { return {exit_code, false, "", std::move(err)}; }

inline bool has(const std::vector<std::string>& words, const std::string& word) {
  for (const auto& each : words)
    if (each == word) return true;
  return false;
}

// The value of `--name=value` among the arguments; empty when it is not there.
inline std::string value_of(const std::vector<std::string>& argv, const std::string& name) {
  for (const auto& word : argv)
    if (word.starts_with(name + "=")) return word.substr(name.size() + 1);
  return {};
}

// The words after the first `skip`, with single spaces: "allow in on tailscale0".
inline std::string joined(const std::vector<std::string>& words, std::size_t skip = 0) {
  std::string text;
  for (auto at = skip; at < words.size(); ++at) text += (at == skip ? "" : " ") + words[at];
  return text;
}

// The path with every symlink followed, as the kernel shows it in /proc/PID/exe; empty when it leads nowhere.
std::string resolve(const MemoryFiles& files, std::string path);

// Whether execve(2) would find a program there.
bool runnable(const MemoryFiles& files, const std::string& path);

}  // namespace agent::world
