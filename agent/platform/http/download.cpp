// SPDX-License-Identifier: Apache-2.0
#include "platform/http/download.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

#include "platform/http/tls_error.hpp"
#include "platform/http/transfer.hpp"

namespace agent {
namespace {

using Clock = std::chrono::steady_clock;

// What curl's callbacks need.
struct State {
  const Download& download;
  PartialFile& file;
  CURL* curl = nullptr;
  std::uint64_t offset = 0;   // from which we asked
  std::optional<Error> stop;  // our own reason for ending the transfer
  bool begun = false;
  bool resumed = false;
  Clock::time_point last_line = Clock::now();
};

long status_of(CURL* curl) {
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  return status;
}

// Where a partial answer begins: "Content-Range: bytes FIRST-LAST/SIZE" (RFC 9110, 14.4).
std::optional<std::uint64_t> range_start(CURL* curl) {
  curl_header* header = nullptr;
  if (curl_easy_header(curl, "Content-Range", 0, CURLH_HEADER, -1, &header) != CURLHE_OK) return std::nullopt;
  std::string_view value = header->value;
  if (!value.starts_with("bytes ")) return std::nullopt;
  value.remove_prefix(6);
  std::uint64_t first = 0;
  if (std::from_chars(value.data(), value.data() + value.size(), first).ec != std::errc())
    return std::nullopt;
  return first;
}

// Before the first byte: does the answer begin where the file ends?
Status begin(State& state) {
  state.begun = true;
  const auto status = status_of(state.curl);
  if (status == 206 && state.offset > 0 && range_start(state.curl) == state.offset) {
    state.resumed = true;
  } else if (status == 200) {
    AGENT_TRY(state.file.restart());
  } else {
    AGENT_TRY(state.file.restart());
    return fail(Errc::unavailable, "the server sent another part than the one requested (status {})", status);
  }
  curl_off_t length = -1;
  curl_easy_getinfo(state.curl, CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &length);
  if (length > 0 && state.file.size() + static_cast<std::uint64_t>(length) > state.download.fetch.max_bytes)
    return fail(Errc::refused, "{} bytes, more than the {} allowed",
                state.file.size() + static_cast<std::uint64_t>(length), state.download.fetch.max_bytes);
  return {};
}

Status accept(State& state, std::string_view data) {
  if (!state.begun) AGENT_TRY(begin(state));
  if (state.file.size() + data.size() > state.download.fetch.max_bytes)
    return fail(Errc::refused, "more than the {} bytes allowed", state.download.fetch.max_bytes);
  return state.file.append(data);
}

std::size_t on_data(char* data, std::size_t /*always 1*/, std::size_t size, void* user) {
  auto& state = *static_cast<State*>(user);
  auto accepted = accept(state, {data, size});
  if (accepted) return size;
  state.stop = std::move(accepted).error();
  return 0;
}

int on_progress(void* user, curl_off_t total, curl_off_t /*now*/, curl_off_t /*up*/, curl_off_t /*up_now*/) {
  auto& state = *static_cast<State*>(user);
  const auto now = Clock::now();
  if (!state.begun || now - state.last_line < std::chrono::seconds(1)) return 0;
  state.last_line = now;
  constexpr std::uint64_t mega = 1'000'000;
  const auto whole = (state.resumed ? state.offset : 0) + static_cast<std::uint64_t>(total);
  const auto have = state.file.size() / mega;
  state.download.progress(total > 0 ? fmt::format("{} {}/{} MB", state.download.name, have, whole / mega)
                                    : fmt::format("{} {} MB", state.download.name, have));
  return 0;
}

void configure(State& state, std::array<char, CURL_ERROR_SIZE>& why) {
  const auto& [fetch, ca_bundle, deadline, name, progress] = state.download;
  auto* curl = state.curl;
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, why.data());
  curl_easy_setopt(curl, CURLOPT_CAINFO, ca_bundle.c_str());
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(curl, CURLOPT_MAXREDIRS, 5L);
  curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR,
                   fetch.url.starts_with("https:") ? "https" : "http,https");
  curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_data);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &state);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &state);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS, 15'000L);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, std::max(1L, static_cast<long>(deadline.left().count())));
  // A stalled transfer is ended early enough for another attempt.
  const auto stall = std::clamp(fetch.timeout.count() / 4000, Milliseconds::rep{1}, Milliseconds::rep{20});
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1'000L);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, static_cast<long>(stall));
  // Not CURLOPT_RESUME_FROM: with it curl reports an error when the server ignores the range.
  if (state.offset > 0) curl_easy_setopt(curl, CURLOPT_RANGE, fmt::format("{}-", state.offset).c_str());
}

Attempt refused_by_server(long status, PartialFile& file) {
  if (status == 416) {  // Range Not Satisfiable: our part does not fit the server's file
    if (auto emptied = file.restart(); !emptied) return {std::move(emptied)};
    return {fail(Errc::unavailable, "the server answers 416"), true};
  }
  const bool again = status >= 500 || status == 429 || status == 408;  // RFC 9110, 15.5.9; RFC 6585, 4
  const auto code = again                            ? Errc::unavailable
                    : status == 404 || status == 410 ? Errc::not_found
                                                     : Errc::failed;
  return {fail(code, "the server answers {}", status), again};
}

Attempt failed(const State& state, CURLcode code, std::string_view why) {
  const auto now = std::chrono::system_clock::now();
  switch (code) {
    case CURLE_HTTP_RETURNED_ERROR:
      return refused_by_server(status_of(state.curl), state.file);
    case CURLE_PEER_FAILED_VERIFICATION: {
      const bool behind = clock_is_behind(now);  // time synchronization may still correct the clock
      return {fail(behind ? Errc::unavailable : Errc::refused, "{}",
                   explain_certificate(why, now, state.download.ca_bundle)),
              behind};
    }
    case CURLE_UNSUPPORTED_PROTOCOL:
      return {fail(Errc::refused, "{} (from https only https is followed)", why)};
    case CURLE_URL_MALFORMAT:
      return {fail(Errc::invalid, "{}", why)};
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_TOO_MANY_REDIRECTS:
    case CURLE_OUT_OF_MEMORY:
      return {fail(Errc::failed, "{}", why)};
    case CURLE_OPERATION_TIMEDOUT:
      return {fail(Errc::timed_out, "{}", why), true};
    default:
      return {fail(Errc::unavailable, "{}", why), true};
  }
}

}  // namespace

Attempt attempt_download(const Download& download, PartialFile& file) {
  auto handle = open_transfer(download.fetch.url, "http,https");
  if (!handle) return {pass(std::move(handle))};
  State state{download, file, handle->get(), file.size(), std::nullopt};
  std::array<char, CURL_ERROR_SIZE> why{};
  configure(state, why);
  const auto code = curl_easy_perform(state.curl);
  if (state.stop) {
    const bool again = state.stop->code == Errc::unavailable;
    return {tl::unexpected<Error>(std::move(*state.stop)), again};
  }
  if (code == CURLE_OK && status_of(state.curl) >= 300)
    return {fail(Errc::failed, "a redirect without an address")};
  if (code == CURLE_OK) return {{}, false, state.resumed};
  auto attempt = failed(state, code, transfer_error(*handle, code, why.data()));
  attempt.resumed = state.resumed;
  return attempt;
}

}  // namespace agent
