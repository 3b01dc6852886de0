// SPDX-License-Identifier: Apache-2.0
// Host: a Probe that can also change the machine. Every change calls before() first, so that changes can be
// counted, logged, and (in tests) made to fail. Each operation is atomic or safe to repeat: the agent may be
// killed after any of them.
#pragma once

#include "ports/probe.hpp"

namespace agent {

class Host : public Probe {
 public:
  // Replaces a whole file: it writes a temporary file that has its final mode and owner from the first byte,
  // then fsync, rename(2), and fsync of the directory. Parent directories must exist. It never follows a
  // symlink at `path`: the link itself is replaced; in a home it is Errc::refused.
  [[nodiscard]] Status write_file(const Path& path, std::string_view content, const FileMode& mode);
  // Like write_file. The old file's bytes are overwritten as soon as the new file has its name.
  [[nodiscard]] Status write_secret_file(const Path& path, std::string_view content, const FileMode& mode);
  // Makes the directory if it is absent; its parent must exist. Mode and owner are set if they differ.
  [[nodiscard]] Status make_directory(const Path& path, const FileMode& mode);
  [[nodiscard]] Status set_mode(const Path& path, const FileMode& mode);
  // Makes `path` a symlink to `target`. A file or link there is replaced atomically, also in a home.
  [[nodiscard]] Status make_symlink(const std::string& target, const Path& path);
  // A directory is completely on disk before it has its new name.
  [[nodiscard]] Status rename(const std::string& from, const std::string& to);
  // Unlinks a file or symlink; absent is fine.
  [[nodiscard]] Status remove(const Path& path);
  // Removes a directory tree of the system without following links; absent is fine.
  [[nodiscard]] Status remove_tree(const std::string& directory);
  // Gives a tree to root: owner 0:0, no setuid or setgid, writable only by root, readable by all (the
  // builder's umask may have been 077). Refuses devices, FIFOs and sockets.
  [[nodiscard]] Status give_to_root(const std::string& directory);
  // Overwrites a regular file in place, syncs, truncates and unlinks it. No error when it is absent. Refused
  // when it is not a regular file or has more than one link.
  [[nodiscard]] Status wipe_file(const Path& path);

  // Overwrites the bytes of every secret in a file in place, nothing else, and syncs. It follows no symlink.
  // Refused when it is not a regular file or has more than one link. No error when it is absent.
  [[nodiscard]] Status overwrite_secrets(const std::string& path);
  // Writes everything to disk that any program has written so far. Before that, other programs' files may be
  // lost or empty after a power cut.
  [[nodiscard]] Status sync();
  // Tells the device which blocks of the root file system are unused, so that it discards their contents.
  // This includes blocks that archived journals own but never wrote.
  [[nodiscard]] Result<FreeSpace> trim();

  // An Error means that the program could not be run. The caller checks the exit code and `timed_out`; the
  // result has the output in both cases (for example a link to open).
  [[nodiscard]] Result<Completed> run(const Command& command);

  // Downloads into a file that only root can read, and checks the hash. It retries and resumes, with growing
  // pauses, until the timeout. A wrong hash is Errc::refused; the message has both hashes. Progress goes to
  // the log.
  [[nodiscard]] Result<Fetched> fetch(const Fetch& fetch);
  // The contents of a fetched file of at most `limit` bytes.
  [[nodiscard]] virtual Result<std::string> contents(const Fetched& file, std::size_t limit) const = 0;
  // Unpacks tar(.gz|.xz|.zst) into a new directory, without the first path component, owned by root. Refuses
  // absolute paths, `..`, links to outside the directory, devices, and more than the limits.
  [[nodiscard]] Status unpack(const Fetched& archive, const std::string& directory,
                              const UnpackLimits& limits);

  // systemd jobs. They wait for the job's end until the timeout. The error of a failed job has
  // Service.Result.
  [[nodiscard]] Status start_unit(const Scope& scope, const std::string& unit, Milliseconds timeout);
  [[nodiscard]] Status restart_unit(const Scope& scope, const std::string& unit, Milliseconds timeout);
  [[nodiscard]] Status stop_unit(const Scope& scope, const std::string& unit, Milliseconds timeout);
  [[nodiscard]] Status enable_unit(const Scope& scope, const std::string& unit);  // unmasks it as well
  [[nodiscard]] Status reset_failed(const Scope& scope, const std::string& unit);
  [[nodiscard]] Status reload_manager(const Scope& scope);
  // Lets the user's manager run without a session, and waits until it is running (logind's SetUserLinger,
  // then user@UID.service).
  [[nodiscard]] Status enable_linger(const User& user, Milliseconds timeout);

  // Whether the iptables rules that are loaded now would accept this connection. The test makes a network
  // namespace with a copy of the rules, without the jumps from INPUT to `without_chain`, and sends the
  // connection's first packet there. The machine is not changed. An Error means that the answer is not known.
  [[nodiscard]] virtual Result<bool> probe_firewall(const NewConnection& connection,
                                                    const std::string& without_chain) = 0;

  // `bytes` random bytes from the kernel (getrandom(2)), in hex.
  [[nodiscard]] virtual Result<std::string> random_hex(std::size_t bytes) = 0;

  // Moves the run's deadline (Probe::deadline()), so that at least this much time is left.
  virtual void allow_at_least(Milliseconds) {}

  // One line for a person who watches the run ("downloading node 12/28 MB"). Not a change.
  virtual void progress(std::string_view line) = 0;

 protected:
  // Called before each change. An error stops the change: tests use that to fail or kill the agent at the
  // n-th change.
  [[nodiscard]] virtual Status before(std::string_view change, std::string_view what) = 0;

  virtual Status do_write_file(const Path& path, std::string_view content, const FileMode& mode) = 0;
  virtual Status do_write_secret_file(const Path& path, std::string_view content, const FileMode& mode) = 0;
  virtual Status do_make_directory(const Path& path, const FileMode& mode) = 0;
  virtual Status do_set_mode(const Path& path, const FileMode& mode) = 0;
  virtual Status do_make_symlink(const std::string& target, const Path& path) = 0;
  virtual Status do_rename(const std::string& from, const std::string& to) = 0;
  virtual Status do_remove(const Path& path) = 0;
  virtual Status do_remove_tree(const std::string& directory) = 0;
  virtual Status do_give_to_root(const std::string& directory) = 0;
  virtual Status do_wipe_file(const Path& path) = 0;
  virtual Status do_overwrite_secrets(const std::string& path) = 0;
  virtual Status do_sync() = 0;
  virtual Result<FreeSpace> do_trim() = 0;
  virtual Result<Completed> do_run(const Command& command) = 0;
  virtual Result<Fetched> do_fetch(const Fetch& fetch) = 0;
  virtual Status do_unpack(const Fetched& archive, const std::string& directory,
                           const UnpackLimits& limits) = 0;
  enum class Job { start, restart, stop };
  virtual Status do_job(Job job, const Scope& scope, const std::string& unit, Milliseconds timeout) = 0;
  virtual Status do_enable_unit(const Scope& scope, const std::string& unit) = 0;
  virtual Status do_reset_failed(const Scope& scope, const std::string& unit) = 0;
  virtual Status do_reload_manager(const Scope& scope) = 0;
  virtual Status do_enable_linger(const User& user, Milliseconds timeout) = 0;
};

}  // namespace agent
