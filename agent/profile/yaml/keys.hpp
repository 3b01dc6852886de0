// SPDX-License-Identifier: Apache-2.0
// The keys that a document may have, as a table. Each entry has the key's name, its allowed values and the
// field that it fills. Reading a document means going through this table.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "profile/yaml/node.hpp"

namespace agent::parsing {

// Checks a value and stores it, or adds a problem for the key `key`.
using Read = std::function<void(Node& value, const std::string& key, Problems&)>;

struct Key {
  std::string path;  // with dots, such as "tailscale.download.url"
  Read read;
  bool required = true;  // checked only with Presence::all_required
};

enum class Presence { some, all_required };

// The value at a dotted path, or nullptr.
[[nodiscard]] Node* find_key(Node& map, std::string_view path);

// Reads every key of `keys` that `map` has. Adds a problem for each key that is unknown (with a suggestion),
// appears twice, or is missing. `prefix` is put before the names in messages, such as "ufw.allow[0].".
void read_keys(Node& map, const std::vector<Key>& keys, const std::string& prefix, Presence presence,
               Problems& problems);

}  // namespace agent::parsing
