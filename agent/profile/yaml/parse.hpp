// SPDX-License-Identifier: Apache-2.0
// The only user of yaml-cpp: text to tree, with limits.
#pragma once

#include <optional>
#include <string_view>

#include "profile/yaml/node.hpp"

namespace agent::parsing {

// The one document of `text`; an empty text is a null node. Nothing comes back when it can't be read at all.
// Less than that (tags, anchors, aliases, a second document) is a problem too, and what can be read comes
// back, so that all that is wrong is said at once. Bounded in time and memory whatever the bytes are; never
// throws.
std::optional<Node> parse_yaml(std::string_view text, Problems& problems);

}  // namespace agent::parsing

namespace agent {

// The version of yaml-cpp, for --version.
std::string yaml_version();

}  // namespace agent
