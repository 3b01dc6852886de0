// SPDX-License-Identifier: Apache-2.0
#include "platform/http/http.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <array>

#include "platform/http/fetch.hpp"
#include "platform/http/transfer.hpp"

namespace agent {
namespace {

constexpr std::size_t body_limit = 4U << 20U;

// curl's write callback: a short count ends the transfer.
std::size_t keep(char* data, std::size_t /*always 1*/, std::size_t size, void* into) {
  auto& body = *static_cast<std::string*>(into);
  const auto kept = std::min(size, body_limit - body.size());
  body.append(data, kept);
  return kept;
}

}  // namespace

Result<HttpResponse> http_get(const HttpGet& request) {
  const auto what = "GET " + request.url;
  AGENT_TRY_ASSIGN(auto handle, with_context(open_transfer(request.url, "http,https"), what));
  auto* curl = handle.get();
  HttpResponse response;
  std::array<char, CURL_ERROR_SIZE> why{};
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, why.data());
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &response.body);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, static_cast<long>(request.timeout.count()));
  curl_easy_setopt(curl, CURLOPT_CAINFO, system_ca_bundle);
  if (!request.unix_socket.empty())
    curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, request.unix_socket.c_str());

  const auto code = curl_easy_perform(curl);
  const bool cut = code == CURLE_WRITE_ERROR && response.body.size() == body_limit;
  if (code != CURLE_OK && !cut) {
    const bool wrong = code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL;
    return fail(wrong ? Errc::invalid : Errc::unavailable, "{}: {}", what,
                transfer_error(handle, code, why.data()));
  }
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  response.status = static_cast<int>(status);
  return response;
}

}  // namespace agent
