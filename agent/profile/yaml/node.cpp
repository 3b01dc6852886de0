// SPDX-License-Identifier: Apache-2.0
#include "profile/yaml/node.hpp"

#include "secrets/secret.hpp"

namespace agent::parsing {

void wipe_tree(Node& node) noexcept {
  wipe(node.text);
  wipe(node.name);
  for (auto& child : node.children) wipe_tree(child);
}

}  // namespace agent::parsing
