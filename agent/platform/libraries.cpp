// SPDX-License-Identifier: Apache-2.0
#include "platform/libraries.hpp"

#include <archive.h>
#include <curl/curl.h>
#include <gnu/libc-version.h>
#include <sodium/version.h>

#include <string_view>

namespace agent {
namespace {

std::string text(const char* value) { return value != nullptr ? value : "unknown"; }

// "mbedTLS/3.6.6"
std::pair<std::string, std::string> split(const std::string& both) {
  const auto slash = both.find('/');
  if (slash == std::string::npos) return {"TLS", both};
  return {both.substr(0, slash), both.substr(slash + 1)};
}

}  // namespace

std::vector<std::pair<std::string, std::string>> platform_libraries() {
  const auto* curl = curl_version_info(CURLVERSION_NOW);
  const std::string archive = archive_version_string();  // "libarchive 3.7.4"
  return {{"curl", text(curl->version)},
          split(text(curl->ssl_version)),
          {"libarchive", archive.substr(archive.rfind(' ') + 1)},
          {"zlib", text(archive_zlib_version())},
          {"xz", text(archive_liblzma_version())},
          {"zstd", text(archive_libzstd_version())},
          {"libsodium", sodium_version_string()},
          {"systemd", AGENT_SYSTEMD_VERSION},  // libsystemd has no function for it
          {"glibc", gnu_get_libc_version()}};
}

}  // namespace agent
