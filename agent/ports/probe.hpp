// SPDX-License-Identifier: Apache-2.0
// Probe: everything that the agent can read from a machine. It cannot change anything, and a check has
// nothing else.
#pragma once

#include "base/result.hpp"
#include "ports/query.hpp"
#include "ports/types.hpp"

namespace agent {

class Probe {
 public:
  Probe() = default;
  Probe(const Probe&) = delete;
  Probe& operator=(const Probe&) = delete;
  virtual ~Probe() = default;

  // lstat(2); nullopt when nothing is there. A symlink in a path in a home (except its last component) is
  // Errc::refused.
  [[nodiscard]] virtual Result<std::optional<FileInfo>> stat(const Path& path) const = 0;

  // Whether something is there. A link counts, wherever it points.
  [[nodiscard]] Result<bool> exists(const Path& path) const {
    AGENT_TRY_ASSIGN(const auto info, stat(path));
    return info.has_value();
  }

  // The contents of a regular file of at most `limit` bytes. Errc::not_found when absent; a FIFO, device or
  // directory is Errc::refused, without blocking. Symlinks are followed in system paths, but not in a home.
  [[nodiscard]] virtual Result<std::string> read_file(const Path& path,
                                                      std::size_t limit = 1U << 20U) const = 0;

  // readlink(2).
  [[nodiscard]] virtual Result<std::string> read_link(const Path& path) const = 0;

  // Names in a directory, sorted, without . and ..; empty when the directory is absent.
  [[nodiscard]] virtual Result<std::vector<std::string>> list(const Path& directory) const = 0;

  // SHA-256 (hex) over type, path, mode, owner, size, mtime and link target of every entry of a tree, sorted.
  // It shows whether a tree that only root can write is unchanged, without reading the files.
  [[nodiscard]] virtual Result<std::string> fingerprint(const std::string& directory) const = 0;

  // Every regular file at `path`, or in it down to `depth` directories, that contains a secret. It follows no
  // symlink, enters no other file system, reads no file that occupies more than 1 GiB, and takes at most a
  // minute. The result also lists what was not searched. When `path` is absent, nothing is found.
  [[nodiscard]] virtual Result<SecretSearch> find_secrets(const std::string& path, unsigned depth) const = 0;

  // Which of these files other processes have open now, and which processes: "rsyslogd (pid 412)". Symlinks
  // are not followed.
  [[nodiscard]] virtual Holders processes_that_hold(const std::vector<std::string>& paths) const = 0;

  // A local account (passwd(5), group(5), shadow(5)); nullopt when there is none.
  [[nodiscard]] virtual Result<std::optional<User>> find_user(const std::string& name) const = 0;

  // Runs one of the read-only programs. An Error means that it could not be run; the caller checks its exit
  // code.
  [[nodiscard]] virtual Result<Completed> query(const Query& query) const = 0;

  // Errc::unavailable when nothing answers.
  [[nodiscard]] virtual Result<HttpResponse> http_get(const HttpGet& request) const = 0;

  // What systemd knows about a unit. Errc::unavailable when that manager is not running.
  [[nodiscard]] virtual Result<UnitState> unit(const Scope& scope, const std::string& name) const = 0;

  // The machine's architecture as uname(2) gives it: x86_64 or aarch64.
  [[nodiscard]] virtual std::string architecture() const = 0;

  // Whether this user may make a user namespace; a child process tries it. Ubuntu's AppArmor may forbid it.
  [[nodiscard]] virtual Result<bool> can_unshare(const User& user) const = 0;

  // Monotonic and wall-clock time, and a pause between two checks of a condition (only wait_until in wait.hpp
  // uses it).
  [[nodiscard]] virtual TimePoint now() const = 0;
  [[nodiscard]] virtual std::chrono::system_clock::time_point wall_clock() const = 0;
  virtual void pause(Milliseconds duration) const = 0;
  // The deadline of the whole run. No wait continues after it.
  [[nodiscard]] virtual TimePoint deadline() const { return TimePoint::max(); }
};

}  // namespace agent
