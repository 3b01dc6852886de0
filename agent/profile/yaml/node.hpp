// SPDX-License-Identifier: Apache-2.0
// A YAML document as the rest of profile/ sees it: what is written, and where.
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
    map,     // `children`, each with a name, in the file's order; a name may be there twice
    broken,  // already reported; whoever meets it says nothing more
  };

  Kind kind = Kind::null;
  Position at;
  std::string text;
  bool plain = false;  // a scalar without quotes
  std::vector<Node> children;

  std::string name;  // of a map's child
  Position name_at;
};

// Overwrites every scalar and name below, for a file of secrets.
void wipe_tree(Node& node) noexcept;

}  // namespace agent::parsing
