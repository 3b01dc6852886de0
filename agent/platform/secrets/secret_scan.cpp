// SPDX-License-Identifier: Apache-2.0
#include "platform/secrets/secret_scan.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>

#include "platform/posix/posix.hpp"
#include "platform/systemd/journal_file.hpp"
#include "secrets/redact.hpp"
#include "secrets/secret.hpp"

namespace agent {
namespace {

constexpr std::size_t piece_size = 1U << 20U;
constexpr std::size_t longest_secret = 8U << 10U;

// Reads `piece` from the offset, at most up to `end`.
Status read_piece(int fd, off_t offset, off_t end, std::string& piece, std::string_view what) {
  const auto size = static_cast<std::size_t>(std::clamp<off_t>(end - offset, 0, piece_size));
  piece.resize(size);
  std::size_t have = 0;
  while (have < size) {
    const auto got = ::pread(fd, piece.data() + have, size - have, offset + static_cast<off_t>(have));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail_errno(errno, what);
    if (got == 0) break;
    have += static_cast<std::size_t>(got);
  }
  piece.resize(have);
  return {};
}

// The position of the next data at or after the offset; -1 at the end. On a file system that does not support
// holes (lseek(2)), that is the offset itself.
off_t next_data(int fd, off_t offset) {
  const auto data = ::lseek(fd, offset, SEEK_DATA);
  return data < 0 && errno != ENXIO ? offset : data;
}

Status in_time(std::chrono::steady_clock::time_point deadline, std::string_view what) {
  if (std::chrono::steady_clock::now() < deadline) return {};
  return fail(Errc::timed_out, "{}: the time for its search is over", what);
}

}  // namespace

Status for_each_secret(int fd, std::string_view what, std::chrono::steady_clock::time_point deadline,
                       const std::function<Status(off_t, std::size_t)>& visit) {
  struct stat info = {};
  if (::fstat(fd, &info) != 0) return fail_errno(errno, what);
  std::string piece;
  piece.reserve(piece_size);
  Status ended;
  for (off_t offset = next_data(fd, 0); offset >= 0 && ended;) {
    ended = in_time(deadline, what);
    if (ended) ended = read_piece(fd, offset, info.st_size, piece, what);
    const bool last = piece.size() < piece_size;
    // A secret that begins near the end of a piece may continue after it. The next piece contains all of it.
    const std::size_t own = last ? piece.size() : piece_size - longest_secret;
    std::size_t done = own;
    for (const auto& span : secret_spans(piece)) {
      if (!ended || span.begin >= own) break;
      ended = visit(offset + static_cast<off_t>(span.begin), span.size);
      done = std::max(own, span.begin + span.size);
    }
    offset = last ? -1 : next_data(fd, offset + static_cast<off_t>(done));
  }
  wipe(piece);
  AGENT_TRY(ended);
  if (!what.starts_with("/var/log/journal/") && !what.starts_with("/run/log/journal/")) return {};
  return for_each_compressed_field(fd, what,
                                   [&](off_t offset, std::size_t size, std::string_view text) -> Status {
                                     AGENT_TRY(in_time(deadline, what));
                                     return secret_spans(text).empty() ? Status() : visit(offset, size);
                                   });
}

}  // namespace agent
