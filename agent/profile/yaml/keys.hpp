// SPDX-License-Identifier: Apache-2.0
// The keys a document may have, as a table: one entry each, bound to the field that it fills. What a key is
// called, what it may hold and where it goes stand in that one place; reading a document is a walk over the
// table.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "profile/yaml/node.hpp"

namespace agent::parsing {

// Checks a value and stores it, or adds a problem under the name `key`.
using Read = std::function<void(Node& value, const std::string& key, Problems&)>;

struct Key {
  std::string path;  // dotted, as "tailscale.download.url"
  Read read;
  bool required = true;  // where all required keys must be there
};

enum class Presence { some, all_required };

// The value at a dotted path, or nullptr.
[[nodiscard]] Node* find_key(Node& map, std::string_view path);

// Reads every key of `keys` that `map` has; says which are unknown (and which was meant), there twice, or
// missing. `prefix` goes in front of the names in messages, as "ufw.allow[0].".
void read_keys(Node& map, const std::vector<Key>& keys, const std::string& prefix, Presence presence,
               Problems& problems);

}  // namespace agent::parsing
