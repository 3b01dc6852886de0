// SPDX-License-Identifier: Apache-2.0
#include "platform/http/transfer.hpp"

#include <curl/curl.h>

#include "platform/posix/posix.hpp"

namespace agent {

void CurlRelease::operator()(void* curl) const noexcept { curl_easy_cleanup(curl); }

Result<CurlHandle> open_transfer(const std::string& url, const char* protocols) {
  static const CURLcode started =
      curl_global_init(CURL_GLOBAL_DEFAULT);  // once, in the first thread that gets here
  if (started != CURLE_OK)
    return fail(Errc::failed, "libcurl does not start: {}", curl_easy_strerror(started));
  CurlHandle handle(curl_easy_init());
  if (!handle) return fail(Errc::failed, "libcurl: out of memory");

  auto* curl = handle.get();
  if (curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, protocols) != CURLE_OK)
    return fail(Errc::failed, "libcurl was built without one of: {}", protocols);
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  curl_easy_setopt(curl, CURLOPT_USERAGENT, "bootstrap-agent");
  return handle;
}

std::string transfer_error(const CurlHandle& handle, int code, std::string_view said) {
  std::string text(said.empty() ? curl_easy_strerror(static_cast<CURLcode>(code)) : said);
  long error = 0;
  curl_easy_getinfo(handle.get(), CURLINFO_OS_ERRNO, &error);
  if (error == 0) return text;
  const auto reason = errno_text(static_cast<int>(error));
  return text.find(reason) == std::string::npos ? fmt::format("{} ({})", text, reason) : text;
}

}  // namespace agent
