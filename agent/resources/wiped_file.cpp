#include "resources/wiped_file.hpp"

namespace agent {

Status replace_wiped(Host& host, const std::string& path, std::string_view content, const FileMode& mode) {
  AGENT_TRY(host.write_file(next_of(path), content, mode));
  AGENT_TRY(host.wipe_file(path));
  return host.rename(next_of(path), path);
}

Status settle_wiped(Host& host, const std::string& path) {
  auto next = host.stat(next_of(path));
  if (!next) return pass(std::move(next));
  if (!*next) return {};
  auto present = host.stat(path);
  if (!present) return pass(std::move(present));
  return *present ? host.wipe_file(next_of(path)) : host.rename(next_of(path), path);
}

}  // namespace agent
