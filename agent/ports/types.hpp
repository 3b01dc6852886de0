// SPDX-License-Identifier: Apache-2.0
// The types with which the agent describes a machine. Plain values: no behaviour, no library.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/unique_fd.hpp"

namespace agent {

using Milliseconds = std::chrono::milliseconds;
using TimePoint = std::chrono::steady_clock::time_point;

struct User {
  std::string name;
  uid_t uid = 0;
  gid_t gid = 0;
  std::string home;
  std::string shell;
  std::vector<std::string> groups;  // supplementary, by name
  bool password_locked = true;      // no password is accepted: shadow(5)'s field begins with '!' or '*'
  // The same file's ageing. PAM judges it whatever the way in, also of a locked password.
  bool must_change_password = false;  // the date of the last change is 0
  bool ages = false;                  // the password, or the account, expires some day
};

// Where a file is, and as which user it is accessed. A system path is accessed as root. A path in a home is
// relative to the home and is accessed as its user; it never leaves the home and follows no symlink
// (openat2(2) RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS). A link that the user has put there makes the operation
// fail with Errc::refused.
struct Path {
  std::string path;
  std::optional<User> home_of;

  Path(std::string system_path) : path(std::move(system_path)) {}  // NOLINT(google-explicit-constructor)
  Path(const char* system_path) : path(system_path) {}             // NOLINT(google-explicit-constructor)
  Path(User user, std::string relative) : path(std::move(relative)), home_of(std::move(user)) {}

  [[nodiscard]] std::string shown() const { return home_of ? "~" + home_of->name + "/" + path : path; }
};

enum class FileType { regular, directory, symlink, other };

struct FileInfo {
  FileType type = FileType::regular;
  mode_t mode = 0;  // permission bits only, 07777
  uid_t uid = 0;
  gid_t gid = 0;
  std::uint64_t size = 0;
  std::uint64_t links = 1;
  std::chrono::system_clock::time_point modified;
};

using Holders = std::map<std::string, std::vector<std::string>>;  // by the path of the open file

// What a search for secrets has found (secrets/redact.hpp defines them), and what it did not search.
struct SecretSearch {
  struct File {
    std::string path;
    std::size_t copies = 0;
  };
  std::vector<File> found;
  std::vector<std::string> skipped;  // "PATH: why"
};

// What happened to the blocks that no file uses any more.
struct FreeSpace {
  std::string file_system;  // from statfs(2): ext4, btrfs, overlay, …
  std::optional<std::uint64_t>
      bytes;  // reported to the device as unused (FITRIM, ioctl_fs(2)); none where that is not possible
};

// Permissions of a file to be written. A file in a home always belongs to the home's user, whatever uid and
// gid are.
struct FileMode {
  mode_t mode = 0644;
  uid_t uid = 0;
  gid_t gid = 0;
};

// A program with its arguments, run without a shell. The environment is exactly `env`; nothing is inherited.
struct Command {
  std::vector<std::string> argv;  // argv[0] is a name looked up on the standard PATH, or an absolute path
  std::map<std::string, std::string> env;
  std::optional<User> user;  // none: as the agent itself
  std::string directory = "/";
  std::string input;             // its stdin; a secret must never be in argv or env
  std::string hold_input_until;  // if not empty: stdin stays open until a line on its stdout begins with this
  Milliseconds timeout{30'000};  // after it, the whole process group is killed
  // Its output goes to the agent's log line by line, while it runs (for long-running programs).
  bool log_output = false;
};

struct Completed {
  int exit_code = 0;  // 128 + n when it died by signal n
  bool timed_out = false;
  std::string out;  // capped at 1 MiB each
  std::string err;
  [[nodiscard]] bool ok() const { return exit_code == 0 && !timed_out; }
};

// A GET to a local service: http://127.0.0.1:PORT/…, or through a unix socket.
struct HttpGet {
  std::string url;
  std::string unix_socket;  // empty: TCP
  Milliseconds timeout{3'000};
};
struct HttpResponse {
  int status = 0;
  std::string body;  // capped at 4 MiB
};

// A TCP connection to this machine that could be made. Addresses as inet_pton(3) reads them.
struct NewConnection {
  std::string from;
  std::string to;  // an address of this machine
  std::uint16_t port = 0;
};

// systemd's manager of the whole machine, or of one user.
struct Scope {
  std::optional<User> user;
  static Scope system() { return {}; }
  static Scope of(User user) { return {std::move(user)}; }
};

// systemd's properties of a unit (org.freedesktop.systemd1(5)); the names are systemd's.
struct UnitState {
  std::string load_state;    // loaded, not-found, masked, …
  std::string active_state;  // active, inactive, failed, activating, …
  std::string sub_state;
  std::string unit_file_state;  // enabled, disabled, masked, …
  std::string result;           // Service.Result: success, exit-code, start-limit-hit, …
  std::string fragment_path;
  std::vector<std::string> drop_in_paths;
  std::vector<std::string> exec_start;  // argv of the first ExecStart=
  pid_t main_pid = 0;
  std::uint32_t restarts = 0;
  bool need_daemon_reload = false;
  std::uint64_t active_since_us = 0;  // CLOCK_REALTIME µs of the last entry into active, 0 if never
};

// A downloaded and checked file. The hash was computed from this open file, and the file is used only through
// it.
struct Fetched {
  UniqueFd fd;
  std::string name;  // for messages
};

struct Fetch {
  std::string url;
  std::string sha256;  // 64 lower-case hex digits
  std::uint64_t max_bytes = 0;
  Milliseconds timeout{600'000};
};

// Limits, so that an archive bomb gives an error and does not fill the disk.
struct UnpackLimits {
  std::uint64_t max_bytes = 0;
  std::uint64_t max_entries = 0;
};

}  // namespace agent
