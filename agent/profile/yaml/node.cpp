#include "profile/yaml/node.hpp"

#include "base/secret.hpp"

namespace agent::parsing {

void wipe_tree(Node& node) noexcept {
  wipe(node.text);
  wipe(node.name);
  for (auto& child : node.children) wipe_tree(child);
}

}  // namespace agent::parsing
