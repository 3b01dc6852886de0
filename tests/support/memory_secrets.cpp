// SPDX-License-Identifier: Apache-2.0
// The bytes of secrets, for memory_files.hpp.
#include <algorithm>

#include "secrets/redact.hpp"
#include "support/memory_paths.hpp"

namespace agent {

using namespace memory;

SecretSearch MemoryFiles::find_secrets(const std::string& path, unsigned depth) const {
  SecretSearch search;
  const auto look = [&](const std::string& at, const Node& node) {
    const auto copies = secret_spans(node.content).size();
    if (node.type == FileType::regular && copies > 0) search.found.push_back({at, copies});
  };
  if (const auto resolved = follow(parent_of(path)); !resolved || *resolved != parent_of(path)) return search;
  const auto* start = find(path);
  if (start == nullptr) return search;
  if (start->type == FileType::symlink) search.skipped.push_back(path + ": a symlink");
  if (start->type == FileType::regular) look(path, *start);
  if (start->type != FileType::directory) return search;
  for (const auto& at : below(path)) {
    const auto inside = std::string_view(at).substr(path.size() + 1);
    if (static_cast<unsigned>(std::count(inside.begin(), inside.end(), '/')) < depth) look(at, *find(at));
  }
  return search;
}

Status MemoryFiles::overwrite_secrets(const std::string& path) {
  const auto shown = "overwrite secrets in " + path;
  auto* node = find(path);
  if (node == nullptr) return {};
  if (node->type != FileType::regular)
    return fail(Errc::refused, "{}: it cannot be opened as a regular file", shown);
  if (node->links != 1) return fail(Errc::refused, "{}: it has {} hard links", shown, node->links);
  for (const auto& span : secret_spans(node->content))
    node->content.replace(span.begin, span.size, span.size, 'x');
  settle(path);
  return {};
}

}  // namespace agent
