// SPDX-License-Identifier: Apache-2.0
#include "platform/http/post.hpp"

#include <curl/curl.h>

#include <memory>

#include "platform/http/transfer.hpp"

namespace agent {
namespace {

std::size_t drop(char* /*data*/, std::size_t /*always 1*/, std::size_t size, void* /*into*/) { return size; }

}  // namespace

Status post_json(const std::string& url, std::string_view json, Milliseconds timeout,
                 const std::string& ca_bundle) {
  AGENT_TRY_ASSIGN(auto handle, open_transfer(url, "https"));
  auto* curl = handle.get();
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers(
      curl_slist_append(nullptr, "Content-Type: application/json"), curl_slist_free_all);
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl, CURLOPT_CAINFO, ca_bundle.c_str());
  curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, static_cast<long>(json.size()));
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, json.data());
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, drop);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(timeout.count()));
  // Not curl's error buffer: it would name the host, which may be a part of the secret.
  if (const auto code = curl_easy_perform(curl); code != CURLE_OK)
    return fail(Errc::unavailable, "{}", curl_easy_strerror(code));
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  if (status >= 200 && status < 300) return {};
  const bool later = status == 429 || status >= 500;
  return fail(later ? Errc::unavailable : Errc::refused, "it answered HTTP {}", status);
}

}  // namespace agent
