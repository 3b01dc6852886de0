// SPDX-License-Identifier: Apache-2.0
// A YAML document as a tree: the values and their positions.
#pragma once

#include <string>
#include <vector>

#include "profile/yaml/problems.hpp"

namespace agent::parsing {

struct Node {
  enum class Kind {
    null,    // nothing, `~` or `null`
    scalar,  // `text`
    list,    // `children`
    map,     // `children`, each with a name, in the file's order; a name may appear twice
    broken,  // already reported; no further problem is added for it
  };

  Kind kind = Kind::null;
  Position at;
  std::string text;
  bool plain = false;  // a scalar without quotes
  std::vector<Node> children;

  std::string name;  // for a child of a map
  Position name_at;
};

// Overwrites every scalar and name in the tree. For secrets files.
void wipe_tree(Node& node) noexcept;

}  // namespace agent::parsing
