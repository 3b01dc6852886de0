// SPDX-License-Identifier: Apache-2.0
// Files of this repository, for tests that compare them with the code.
#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace agent {

// The contents of a file, by its path from the top of the repository. Throws if it can't be read. The top is
// searched upwards from the working directory: __FILE__ may come from another clone's compiler cache.
inline std::string repository_file(const std::string& path) {
  auto top = std::filesystem::current_path();
  while (!std::filesystem::exists(top / "profiles/default.yaml") && top != top.parent_path())
    top = top.parent_path();
  std::ifstream in(top / path, std::ios::binary);
  if (!in) throw std::runtime_error("no such file in the repository: " + path);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace agent
