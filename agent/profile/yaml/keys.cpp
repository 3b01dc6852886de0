// SPDX-License-Identifier: Apache-2.0
#include "profile/yaml/keys.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include "profile/yaml/nearest.hpp"

namespace agent::parsing {
namespace {

bool is_below(std::string_view path, std::string_view parent) {
  return path.substr(0, parent.size()) == parent;
}

// "a.b.c" -> "a.b.", and "c" -> "".
std::string parent_of(const std::string& path) { return path.substr(0, path.rfind('.') + 1); }
std::string last_of(const std::string& path) { return path.substr(path.rfind('.') + 1); }

// The names that are allowed directly in the map `parent` ("" or "tailscale.").
std::vector<std::string> names_in(const std::vector<Key>& keys, const std::string& parent) {
  std::vector<std::string> names;
  for (const auto& key : keys) {
    if (!is_below(key.path, parent)) continue;
    const auto name = key.path.substr(parent.size(), key.path.find('.', parent.size()) - parent.size());
    if (names.empty() || names.back() != name) names.push_back(name);
  }
  return names;
}

class Walk {
 public:
  Walk(const std::vector<Key>& keys, const std::string& prefix, Problems& problems)
      : keys_(keys), prefix_(prefix), problems_(problems) {}

  // Reports unknown and repeated names in `map`, and in the maps below it that the table knows.
  void check_names(const Node& map, const std::string& parent) {
    std::map<std::string_view, Position> seen;
    for (const auto& child : map.children) {
      const auto path = parent + child.name;
      const bool is_key =
          std::any_of(keys_.begin(), keys_.end(), [&](const Key& key) { return key.path == path; });
      const bool is_map = !is_key && std::any_of(keys_.begin(), keys_.end(), [&](const Key& key) {
        return is_below(key.path, path + ".");
      });
      // A dot separates parts of a path and is not allowed in a name: `tailscale.hostname: x` is one unknown
      // name.
      const bool known = (is_key || is_map) && child.name.find('.') == std::string::npos;
      const auto label = prefix_ + parent + (known ? child.name : problems_.unknown_key(child.name));
      const auto [first, is_new] = seen.emplace(child.name, child.name_at);
      if (!is_new)
        problems_.add(child.name_at, label,
                      fmt::format("appears twice, first in line {}; keep one", first->second.line));
      else if (!known)
        problems_.add(child.name_at, label,
                      "is not a known key; " + (problems_.many() ? "" : advice(parent, child.name)));
      else if (is_map && expect_map(child, label))
        check_names(child, path + ".");
    }
  }

  // An empty value is allowed: all keys of the map may be commented out.
  bool expect_map(const Node& node, const std::string& label) {
    if (node.kind == Node::Kind::scalar || node.kind == Node::Kind::list)
      problems_.add(node.at, label, "is not a map; write 'key: value' lines");
    return node.kind == Node::Kind::map;
  }

 private:
  // Advice for an unknown name: a similar name in this map, else the same or a similar name in another map,
  // else the list of names.
  [[nodiscard]] std::string advice(const std::string& parent, const std::string& name) const {
    const auto here = names_in(keys_, parent);
    if (const auto near = nearest(name, here)) return fmt::format("did you mean {}?", *near);
    std::vector<std::string> elsewhere;
    for (const auto& key : keys_) elsewhere.push_back(last_of(key.path));
    if (const auto near = nearest(last_of(name), elsewhere)) {
      const auto key = std::find_if(keys_.begin(), keys_.end(),
                                    [&](const Key& each) { return last_of(each.path) == *near; });
      const auto map = parent_of(key->path);
      if (!map.empty() && map != parent)
        return fmt::format("did you mean {} inside '{}:'?", *near, map.substr(0, map.size() - 1));
    }
    return fmt::format("possible keys here: {}", fmt::join(here, ", "));
  }

  const std::vector<Key>& keys_;
  const std::string& prefix_;
  Problems& problems_;
};

}  // namespace

Node* find_key(Node& map, std::string_view path) {
  Node* node = &map;
  while (node != nullptr && !path.empty()) {
    const auto name = path.substr(0, path.find('.'));
    path.remove_prefix(std::min(path.size(), name.size() + 1));
    if (node->kind != Node::Kind::map) return nullptr;
    const auto child = std::find_if(node->children.begin(), node->children.end(),
                                    [&](const Node& each) { return each.name == name; });
    node = child == node->children.end() ? nullptr : &*child;
  }
  return node;
}

void read_keys(Node& map, const std::vector<Key>& keys, const std::string& prefix, Presence presence,
               Problems& problems) {
  Walk walk(keys, prefix, problems);
  const auto label = prefix.substr(0, prefix.empty() ? 0 : prefix.size() - 1);
  if (map.kind == Node::Kind::broken) return;
  if (walk.expect_map(map, label))
    walk.check_names(map, "");
  else if (map.kind != Node::Kind::null)
    return;
  for (const auto& key : keys) {
    if (auto* value = find_key(map, key.path))
      key.read(*value, prefix + key.path, problems);
    else if (key.required && presence == Presence::all_required)
      problems.add(map.at, prefix + key.path, "is missing; add it");
  }
}

}  // namespace agent::parsing
