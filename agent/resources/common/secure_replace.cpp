// SPDX-License-Identifier: Apache-2.0
#include "resources/common/secure_replace.hpp"

#include "secrets/secret.hpp"

namespace agent {
namespace {

constexpr std::size_t largest = 64U << 20U;

// Whether the file was not wiped. A wipe writes zeros, and after a power cut any of its blocks may be on the
// disk. The files that are kept this way are text, so they contain no zeros.
bool whole(const Result<std::string>& text) {
  return text && !text->empty() && text->find('\0') == std::string::npos;
}

}  // namespace

Status secure_replace(Host& host, const std::string& path, std::string_view content, const FileMode& mode) {
  AGENT_TRY(host.write_file(next_of(path), content, mode));
  AGENT_TRY(host.wipe_file(path));
  return host.rename(next_of(path), path);
}

Result<std::string> read_secure(const Probe& probe, const std::string& path) {
  auto text = probe.read_file(path, largest);
  if (whole(text) || (!text && text.error().code != Errc::not_found)) return text;
  text = probe.read_file(next_of(path), largest);
  if (whole(text) || !text) return text;
  return fail(Errc::not_found, "{}: destroyed", path);
}

Status settle_secure_replace(Host& host, const std::string& path) {
  AGENT_TRY_ASSIGN(auto next, host.stat(next_of(path)));
  if (!next) return {};
  auto present = host.read_file(path, largest);
  if (!present && present.error().code != Errc::not_found) return pass(std::move(present));
  const bool there = whole(present);
  if (present) wipe(*present);
  return there ? host.wipe_file(next_of(path)) : host.rename(next_of(path), path);
}

}  // namespace agent
