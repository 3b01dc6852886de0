// SPDX-License-Identifier: Apache-2.0
// The only user of yaml-cpp: parses a text into a tree, with limits.
#pragma once

#include <optional>
#include <string_view>

#include "profile/yaml/node.hpp"

namespace agent::parsing {

// The only document of `text`; an empty text gives a null node. nullopt when the text cannot be parsed. Tags,
// anchors, aliases and a second document are problems too, but then the readable part is returned, so that
// all problems are reported at once. Time and memory are limited for any input; never throws.
std::optional<Node> parse_yaml(std::string_view text, Problems& problems);

}  // namespace agent::parsing

namespace agent {

// The version of yaml-cpp, for --version.
std::string yaml_version();

}  // namespace agent
