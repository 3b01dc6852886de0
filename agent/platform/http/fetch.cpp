// SPDX-License-Identifier: Apache-2.0
#include "platform/http/fetch.hpp"

#include <poll.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "platform/http/download.hpp"

namespace agent {
namespace {

constexpr Milliseconds first_pause{500};
constexpr Milliseconds longest_pause{15'000};

std::string last_part(const std::string& url) {
  const auto path = url.substr(0, url.find_first_of("?#"));
  return path.substr(path.rfind('/') + 1);
}

bool is_sha256(std::string_view text) {
  return text.size() == 64 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

// The kernel's IPv4 routes: a heading, then lines of interface, destination, …; the default route's
// destination is 0 (proc_net(5)).
bool is_without_ipv4() {
  std::ifstream table("/proc/net/route");
  std::string line, interface, destination;
  if (!table) return false;  // it cannot be told
  while (std::getline(table, line))
    if (std::istringstream words(line); words >> interface >> destination && destination == "00000000")
      return false;
  return true;
}

std::string hint(Errc code) {
  return code == Errc::unavailable && is_without_ipv4()
             ? "; this server has no IPv4, so it cannot reach a host that has no IPv6"
             : "";
}

// Tries until the file is complete, an attempt says that another one is useless, or the deadline is near.
Status download_whole(const Download& download, PartialFile& file, bool& resumed) {
  const auto what = "GET " + download.fetch.url;
  auto pause = first_pause;
  for (int number = 1;; ++number) {
    const auto had = file.size();
    auto attempt = attempt_download(download, file);
    resumed = resumed || attempt.resumed;
    if (attempt.result) return {};
    const auto message = fmt::format("{}: {} (attempt {})", what, attempt.result.error().message, number);
    if (!attempt.again) return fail(attempt.result.error().code, "{}", message);
    if (file.size() > had) pause = first_pause;  // there is progress
    if (download.deadline.left() <= pause)
      return fail(attempt.result.error().code, "{}; no time is left of the {} s allowed{}", message,
                  download.deadline.seconds(), hint(attempt.result.error().code));
    download.progress(
        fmt::format("{}; again in {:.1f} s", message, static_cast<double>(pause.count()) / 1000));
    ::poll(nullptr, 0, static_cast<int>(pause.count()));
    pause = std::min(pause * 2, longest_pause);
  }
}

}  // namespace

Result<Fetched> fetch_file(const Fetch& fetch, const std::string& directory,
                           const std::function<void(std::string_view)>& progress,
                           const std::string& ca_bundle) {
  if (!is_sha256(fetch.sha256))
    return fail(Errc::invalid, "{}: sha256 must be 64 lower-case hex digits", fetch.url);
  const Deadline deadline(fetch.timeout);
  const Download download{fetch, ca_bundle, deadline, last_part(fetch.url), progress};
  AGENT_TRY_ASSIGN(auto file, with_context(PartialFile::open(directory), "GET " + fetch.url));

  for (bool first = true;; first = false) {
    bool resumed = false;
    AGENT_TRY(download_whole(download, file, resumed));
    const auto got = file.sha256();
    if (got == fetch.sha256) break;
    // The server's file may have changed between two attempts, so the parts may not match. Download it once
    // more in one piece.
    if (!first || !resumed)
      return fail(Errc::refused, "{}: sha256 is {}, expected {}", fetch.url, got, fetch.sha256);
    AGENT_TRY(file.restart());
  }
  AGENT_TRY_ASSIGN(auto fd, std::move(file).take());
  return Fetched{std::move(fd), download.name};
}

}  // namespace agent
